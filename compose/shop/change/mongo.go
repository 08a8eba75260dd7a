package change

import (
	"strconv"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

func insert(t Table, document any) Change {
	return Change{Table: t, Op: Insert, Mongo: mongo.NewInsertOneModel().SetDocument(document)}
}

func update(t Table, filter, update bson.D) Change {
	return Change{Table: t, Op: Update, Mongo: mongo.NewUpdateOneModel().SetFilter(filter).SetUpdate(update)}
}

func remove(t Table, id any) Change {
	return Change{Table: t, Op: Delete, Mongo: mongo.NewDeleteOneModel().SetFilter(bson.D{{Key: "_id", Value: id}})}
}

func byID(id any) bson.D { return bson.D{{Key: "_id", Value: id}} }

func set(at time.Time, fields ...bson.E) bson.D {
	return bson.D{{Key: "$set", Value: append(bson.D(fields), bson.E{Key: "updated_at", Value: at})}}
}

// UserJoined inserts a user.
func UserJoined(u *record.User) Change { return insert(Users, *u) }

// UserMoved changes a user's address.
func UserMoved(u *record.User, at time.Time) Change {
	return update(Users, byID(u.ID), set(at, bson.E{Key: "address", Value: u.Address}))
}

// UserRated changes a user's points and tier.
func UserRated(u *record.User, at time.Time) Change {
	return update(Users, byID(u.ID), set(at, bson.E{Key: "points", Value: u.Points}, bson.E{Key: "tier", Value: u.Tier}))
}

// UserAnonymised takes away what names a person.
func UserAnonymised(id bson.ObjectID, at time.Time) Change {
	return update(Users, byID(id), set(at, bson.E{Key: "name", Value: "deleted user"}, bson.E{Key: "email", Value: nil},
		bson.E{Key: "phone", Value: nil}, bson.E{Key: "address.street", Value: nil}, bson.E{Key: "anonymised", Value: true}))
}

// UserDeleted removes a user.
func UserDeleted(id bson.ObjectID) Change { return remove(Users, id) }

// ProductAdded inserts a product.
func ProductAdded(p *record.Product) Change { return insert(Products, *p) }

// ProductPriced changes a price.
func ProductPriced(p *record.Product, at time.Time) Change {
	return update(Products, byID(p.ID), set(at, bson.E{Key: "price", Value: p.Price}))
}

// ProductStocked sets how many are left.
func ProductStocked(p *record.Product, at time.Time) Change {
	return update(Products, byID(p.ID), set(at, bson.E{Key: "stock", Value: p.Stock}))
}

// ProductWithdrawn takes a product off sale.
func ProductWithdrawn(id string, at time.Time) Change {
	return update(Products, byID(id), set(at, bson.E{Key: "active", Value: false}))
}

// ProductDeleted removes a product.
func ProductDeleted(id string) Change { return remove(Products, id) }

// OrderPlaced inserts an order with its items and its first status. The order is copied: it goes on to change.
func OrderPlaced(o *record.Order) Change {
	snapshot := *o
	snapshot.Items = append([]record.Item{}, o.Items...)
	snapshot.History = append([]record.Reached{}, o.History...)
	return insert(Orders, snapshot)
}

// OrderMoved sets an order's status and adds it to the history, unless it was reached before.
func OrderMoved(id, status string, at time.Time) Change {
	filter := append(byID(id), bson.E{Key: "history.status", Value: bson.D{{Key: "$ne", Value: status}}})
	return update(Orders, filter, append(set(at, bson.E{Key: "status", Value: status}),
		bson.E{Key: "$push", Value: bson.D{{Key: "history", Value: record.Reached{Status: status, At: at}}}}))
}

// OrderReaddressed changes where an order goes.
func OrderReaddressed(id string, a record.Address, at time.Time) Change {
	return update(Orders, byID(id), set(at, bson.E{Key: "shipping", Value: a}))
}

// ItemRefunded sets how much of an order's item has been given back in all.
func ItemRefunded(id string, item int, refunded money.Cents, at time.Time) Change {
	return update(Orders, byID(id), set(at, bson.E{Key: "items." + strconv.Itoa(item) + ".refunded", Value: refunded}))
}
