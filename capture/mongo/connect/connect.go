// Package connect opens clients to MongoDB, says who must act when a command fails, and asks a deployment what it is.
package connect

import (
	"context"
	"net/url"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/tidemark-cdc/tidemark/capture/fault"
)

// AppName is what the server's log and currentOp show.
const AppName = "tidemark"

const (
	// heartbeat is how often each server is looked at. The driver's default of 10 s is also how long it takes to see that
	// a primary has gone.
	heartbeat = time.Second
	// selection is how long an operation waits for a server that can take it.
	selection = 10 * time.Second
)

// Options are the client's options for url, which may override them. Tests add a deployment of their own.
func Options(url string) *options.ClientOptions {
	return options.Client().
		SetAppName(AppName).SetHeartbeatInterval(heartbeat).SetServerSelectionTimeout(selection).
		ApplyURI(url)
}

// Open makes a client; it does not wait for the server. Errors carry a fault class.
func Open(opts *options.ClientOptions) (*mongo.Client, error) {
	client, err := mongo.Connect(opts)
	if err != nil {
		return nil, fault.New(fault.Config, "read the MongoDB URL", redacted(err),
			"The URL looks like mongodb://user:password@host:27017/?replicaSet=rs0, or mongodb+srv://...; characters like @ and / in a password are percent-encoded.")
	}
	return client, nil
}

// Close ends the client within a second: cursors die with their sessions anyway.
func Close(client *mongo.Client) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = client.Disconnect(ctx)
}

// Redact is the URL without its password, fit for logs. What cannot be parsed is not shown at all.
func Redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "mongodb://(unreadable)"
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	u.RawQuery = ""
	return u.String()
}
