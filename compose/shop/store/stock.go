package store

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/record"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Stock is what an earlier run or load left behind.
type Stock struct {
	Users    []*record.User
	Products []*record.Product
	Orders   int64
	// Latest is the time of the newest change of an order, zero when there are none.
	Latest time.Time
}

// Stock reads users and products in the order of their ids, so that the same databases give the same shop.
func (s *Store) Stock(ctx context.Context) (*Stock, error) {
	var k Stock
	if err := s.all(ctx, "users", bson.D{{Key: "anonymised", Value: false}}, &k.Users); err != nil {
		return nil, err
	}
	if err := s.all(ctx, "products", bson.D{{Key: "active", Value: true}}, &k.Products); err != nil {
		return nil, err
	}
	orders := s.Mongo.Collection("orders")
	var err error
	if k.Orders, err = orders.CountDocuments(ctx, bson.D{}); err != nil {
		return nil, fmt.Errorf("count orders: %w", err)
	}
	if k.Orders == 0 {
		return &k, nil
	}
	var last record.Order
	newest := options.FindOne().SetSort(bson.D{{Key: "updated_at", Value: -1}})
	if err := orders.FindOne(ctx, bson.D{}, newest).Decode(&last); err != nil {
		return nil, fmt.Errorf("read the newest order: %w", err)
	}
	k.Latest = last.UpdatedAt
	return &k, nil
}

func (s *Store) all(ctx context.Context, collection string, filter bson.D, into any) error {
	cursor, err := s.Mongo.Collection(collection).Find(ctx, filter, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
	if err == nil {
		err = cursor.All(ctx, into)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", collection, err)
	}
	return nil
}
