package connect

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
)

// Server is what a deployment says of itself.
type Server struct {
	Version string
	Numbers [3]int
	// SetName is the replica set's name; empty for a standalone server, which has no change streams, and for mongos.
	SetName string
	Sharded bool
}

// AtLeast compares the server's version.
func (s Server) AtLeast(major, minor, patch int) bool {
	want := [3]int{major, minor, patch}
	for i, n := range s.Numbers {
		if n != want[i] {
			return n > want[i]
		}
	}
	return true
}

// Splits reports whether $changeStreamSplitLargeEvent is there: 7.0, and 6.0 from 6.0.9 on.
func (s Server) Splits() bool {
	return s.AtLeast(7, 0, 0) || s.Numbers[0] == 6 && s.Numbers[1] == 0 && s.AtLeast(6, 0, 9)
}

// Expands reports whether showExpandedEvents is there, and with it disambiguatedPaths from 6.1 on.
func (s Server) Expands() bool { return s.AtLeast(6, 0, 0) }

// Ask asks the deployment what it is. Errors carry a fault class.
func Ask(ctx context.Context, client *mongo.Client) (Server, error) {
	var hello struct {
		SetName string `bson:"setName"`
		Msg     string `bson:"msg"`
	}
	var build struct {
		Version string  `bson:"version"`
		Numbers []int32 `bson:"versionArray"`
	}
	admin := client.Database("admin")
	if err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return Server{}, Fault("ask the server who it is", err)
	}
	if err := admin.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&build); err != nil {
		return Server{}, Fault("ask the server's version", err)
	}
	s := Server{Version: build.Version, SetName: hello.SetName, Sharded: hello.Msg == "isdbgrid"}
	for i, n := range build.Numbers {
		if i < len(s.Numbers) {
			s.Numbers[i] = int(n)
		}
	}
	return s, nil
}

// Pulse is one look at the deployment's clocks.
type Pulse struct {
	// Written is the clusterTime of the newest write that the server has acknowledged.
	Written clock.Time
	// Wall is the server's time of day, in microseconds since 1970.
	Wall int64
	// Seen is when the answer came, by this process's clock.
	Seen time.Time
}

// Feel takes one pulse. Errors carry a fault class.
func Feel(ctx context.Context, client *mongo.Client) (Pulse, error) {
	var hello struct {
		LocalTime     bson.DateTime  `bson:"localTime"`
		OperationTime bson.Timestamp `bson:"operationTime"`
		LastWrite     struct {
			OpTime struct {
				TS bson.Timestamp `bson:"ts"`
			} `bson:"opTime"`
		} `bson:"lastWrite"`
	}
	if err := client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return Pulse{}, Fault("ask the server for its time", err)
	}
	written := max(clock.Of(hello.LastWrite.OpTime.TS), clock.Of(hello.OperationTime)) // mongos has no lastWrite
	return Pulse{Written: written, Wall: int64(hello.LocalTime) * 1000, Seen: time.Now()}, nil
}
