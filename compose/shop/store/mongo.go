package store

import (
	"context"
	"errors"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

type batch struct {
	table  change.Table
	models []mongo.WriteModel
}

// byCollection keeps the order within a collection; between collections no key is shared.
func byCollection(steps []change.Step) []batch {
	var batches [change.Tables]batch
	for _, step := range steps {
		for _, c := range step.Changes {
			if c.Mongo != nil {
				batches[c.Table].table = c.Table
				batches[c.Table].models = append(batches[c.Table].models, c.Mongo)
			}
		}
	}
	out := batches[:0]
	for _, b := range batches {
		if len(b.models) > 0 {
			out = append(out, b)
		}
	}
	return out
}

const duplicateKey = 11000

// applyMongo writes b from model number from on and gives how many are done. A document that is there already was written
// by a try whose answer was lost; the ordered write stops at it and goes on behind it.
func (s *Store) applyMongo(ctx context.Context, b batch, from int) (int, error) {
	for from < len(b.models) {
		_, err := s.Mongo.Collection(b.table.String()).BulkWrite(ctx, b.models[from:], options.BulkWrite().SetOrdered(true))
		var bulk mongo.BulkWriteException
		switch {
		case err == nil:
			return len(b.models), nil
		case errors.As(err, &bulk) && len(bulk.WriteErrors) > 0 && bulk.WriteErrors[0].Code == duplicateKey:
			from += bulk.WriteErrors[0].Index + 1
		default:
			return from, err
		}
	}
	return from, nil
}
