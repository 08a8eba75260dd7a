package schema

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

var indexes = map[string][]string{
	"users":    {"email"},
	"products": {"category"},
	"orders":   {"customer_id"},
}

// Mongo makes the collections, with the images before and after a change kept, and their indexes.
func Mongo(ctx context.Context, db *mongo.Database) error {
	for _, name := range []string{"users", "products", "orders"} {
		if err := collection(ctx, db, name); err != nil {
			return fmt.Errorf("make collection %s: %w", name, err)
		}
	}
	return nil
}

func collection(ctx context.Context, db *mongo.Database, name string) error {
	images := bson.D{{Key: "enabled", Value: true}}
	err := db.CreateCollection(ctx, name, options.CreateCollection().SetChangeStreamPreAndPostImages(images))
	if exists(err) {
		err = db.RunCommand(ctx, bson.D{{Key: "collMod", Value: name}, {Key: "changeStreamPreAndPostImages", Value: images}}).Err()
	}
	if err != nil {
		return err
	}
	var models []mongo.IndexModel
	for _, field := range slices.Sorted(slices.Values(indexes[name])) {
		models = append(models, mongo.IndexModel{Keys: bson.D{{Key: field, Value: 1}}})
	}
	_, err = db.Collection(name).Indexes().CreateMany(ctx, models)
	return err
}

func exists(err error) bool {
	var command mongo.CommandError
	return errors.As(err, &command) && command.Name == "NamespaceExists"
}
