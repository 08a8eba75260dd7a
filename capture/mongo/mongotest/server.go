// Package mongotest gives tests a server that speaks MongoDB's protocol: the one at TIDEMARK_MONGO_URL, or one that is
// started for the test process from the local stack's parts, or one of a test's own. Tests are skipped where there is none.
package mongotest

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// URL is the shared server's.
func URL(t testing.TB) string {
	t.Helper()
	if url := os.Getenv("TIDEMARK_MONGO_URL"); url != "" {
		return url
	}
	url, err := started()
	require.NoError(t, err)
	if url == "" {
		t.Skip("no MongoDB: set TIDEMARK_MONGO_URL, or fetch the local stack's parts")
	}
	return url
}

// Client is a client of the shared server.
func Client(t testing.TB) *mongo.Client {
	t.Helper()
	return dial(t, URL(t))
}

func dial(t testing.TB, url string) *mongo.Client {
	client, err := mongo.Connect(options.Client().ApplyURI(url).SetHeartbeatInterval(time.Second))
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client
}

// Database is a new, empty database that is dropped when the test ends. Its collections keep pre-images when images is set.
func Database(t testing.TB, images bool, collections ...string) *mongo.Database {
	t.Helper()
	db := Client(t).Database(fmt.Sprintf("t%d", time.Now().UnixNano()))
	Create(t, db, images, collections...)
	t.Cleanup(func() { _ = db.Drop(context.Background()) })
	return db
}

// Create makes collections, which keep pre-images when images is set.
func Create(t testing.TB, db *mongo.Database, images bool, collections ...string) {
	t.Helper()
	for _, c := range collections {
		create := bson.D{{Key: "create", Value: c}}
		if images {
			create = append(create, bson.E{Key: "changeStreamPreAndPostImages", Value: bson.D{{Key: "enabled", Value: true}}})
		}
		require.NoError(t, db.RunCommand(t.Context(), create).Err())
	}
}
