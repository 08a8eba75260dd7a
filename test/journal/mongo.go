package journal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/tidemark-cdc/tidemark/compose/compare"
)

// fences is the database whose documents say how far the stream has come.
const fences = "tidemark_journal"

// document reads a deployment's change stream. It is opened only to read: the oplog
// keeps what came in between.
type document struct {
	client *mongo.Client
	tables map[[2]string]*table // by database and collection
	start  bson.Timestamp
	token  bson.Raw
}

// changeEvent is what the journal needs of one.
type changeEvent struct {
	Token bson.Raw       `bson:"_id"`
	Kind  string         `bson:"operationType"`
	Time  bson.Timestamp `bson:"clusterTime"`
	Name  struct {
		Database   string `bson:"db"`
		Collection string `bson:"coll"`
	} `bson:"ns"`
	Key    bson.Raw `bson:"documentKey"`
	Full   bson.Raw `bson:"fullDocument"`
	Before bson.Raw `bson:"fullDocumentBeforeChange"`
}

// openMongo notes the server's present: whatever commits from here on is kept.
func openMongo(ctx context.Context, url string, tables []*table) (*document, error) {
	client, err := mongo.Connect(options.Client().ApplyURI(url).SetServerSelectionTimeout(20 * time.Second))
	if err != nil {
		return nil, fmt.Errorf("journal: connect to MongoDB: %w", err)
	}
	d := &document{client: client, tables: map[[2]string]*table{}}
	if d.start, err = d.fence(ctx, "open"); err != nil {
		return nil, errors.Join(err, client.Disconnect(ctx))
	}
	for _, t := range tables {
		t.since = clusterTime(d.start) + 1
		d.tables[[2]string{t.contract.Namespace, t.contract.Table}] = t
	}
	return d, nil
}

// fence writes a document and gives a clusterTime at or after its commit.
func (d *document) fence(ctx context.Context, id string) (bson.Timestamp, error) {
	session, err := d.client.StartSession()
	if err != nil {
		return bson.Timestamp{}, fmt.Errorf("journal: %w", err)
	}
	defer session.EndSession(ctx)
	_, err = d.client.Database(fences).Collection("fences").InsertOne(mongo.NewSessionContext(ctx, session), bson.D{{Key: "at", Value: id}})
	at := session.OperationTime()
	if err != nil || at == nil {
		return bson.Timestamp{}, fmt.Errorf("journal: write a fence: operationTime %v: %w", at, err)
	}
	return *at, nil
}

// sync reads up to a document that it writes itself.
func (d *document) sync(ctx context.Context) error {
	id := rand.Text()
	if _, err := d.fence(ctx, id); err != nil {
		return err
	}
	o := options.ChangeStream().SetFullDocumentBeforeChange(options.WhenAvailable)
	if d.token == nil {
		o.SetStartAtOperationTime(&d.start)
	} else {
		o.SetStartAfter(d.token)
	}
	stream, err := d.client.Watch(ctx, mongo.Pipeline{}, o)
	if err != nil {
		return fmt.Errorf("journal: open a change stream: %w", err)
	}
	defer stream.Close(ctx)
	for stream.Next(ctx) {
		var e changeEvent
		if err := stream.Decode(&e); err != nil {
			return fmt.Errorf("journal: read a change event: %w", err)
		}
		d.token = append(d.token[:0:0], e.Token...)
		if at, ok := e.Full.Lookup("at").StringValueOK(); ok && e.Name.Database == fences && at == id {
			return nil
		}
		if err := d.take(&e); err != nil {
			return err
		}
	}
	return fmt.Errorf("journal: the change stream ended before its fence: %w", stream.Err())
}

// take keeps an event of a table that is ours.
func (d *document) take(e *changeEvent) error {
	at := clusterTime(e.Time)
	if at <= clusterTime(d.start) {
		return nil
	}
	if e.Kind == "dropDatabase" {
		for name, t := range d.tables {
			if name[0] == e.Name.Database {
				if err := t.add(&Change{From: at, To: at, Kind: Truncate}); err != nil {
					return err
				}
			}
		}
		return nil
	}
	t := d.tables[[2]string{e.Name.Database, e.Name.Collection}]
	if t == nil {
		return nil
	}
	c := Change{From: at, To: at}
	switch e.Kind {
	case "insert":
		c.Kind, e.Before = Insert, nil
	case "update": // what a look-up gives is not what the update left
		c.Kind, e.Full = Update, nil
	case "replace":
		c.Kind = Update
	case "delete":
		c.Kind, e.Full = Delete, nil
	case "drop":
		return t.add(&Change{From: at, To: at, Kind: Truncate})
	default:
		return nil
	}
	c.Key = compare.DocumentTexts(t.keys, e.Key)
	if e.Before != nil {
		c.Before = compare.DocumentTexts(t.columns, e.Before)
	}
	if e.Full != nil {
		c.After = compare.DocumentTexts(t.columns, e.Full)
	}
	return t.add(&c)
}

func (d *document) close(ctx context.Context) error { return d.client.Disconnect(ctx) }

// clusterTime is as capture counts commits.
func clusterTime(t bson.Timestamp) uint64 { return uint64(t.T)<<32 | uint64(t.I) }
