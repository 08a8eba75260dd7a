// Package replicaset makes one MongoDB server a replica set: change streams need one.
package replicaset

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Set is the replica set and who administers it.
type Set struct {
	Member         string // host:port by which every client reaches it
	Name           string
	User, Password string
}

// The server's error codes that this package answers.
const (
	alreadyInitialized = 23
	notYetInitialized  = 94
	userExists         = 51003
)

// Initiate makes the set where there is none and waits until it has a primary.
func (s *Set) Initiate(ctx context.Context) error {
	return s.do(ctx, func(admin *mongo.Database) error {
		err := admin.RunCommand(ctx, bson.D{{Key: "replSetGetStatus", Value: 1}}).Err()
		if is(err, notYetInitialized) {
			err = s.initiate(ctx, admin)
		}
		if err != nil {
			return fmt.Errorf("initiate replica set %s: %w", s.Name, err)
		}
		return primary(ctx, admin)
	})
}

func (s *Set) initiate(ctx context.Context, admin *mongo.Database) error {
	member := bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: s.Member}}
	config := bson.D{{Key: "_id", Value: s.Name}, {Key: "members", Value: bson.A{member}}}
	err := admin.RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: config}}).Err()
	if is(err, alreadyInitialized) {
		return nil
	}
	return err
}

func primary(ctx context.Context, admin *mongo.Database) error {
	for {
		var hello struct {
			Writable bool `bson:"isWritablePrimary"`
		}
		err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
		if err == nil && hello.Writable {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the primary: %w", errors.Join(err, ctx.Err()))
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// Reader makes a user who may read a database and follow its changes, and sees how far back the oplog reaches. One that
// is there gets the password anew, so that a secret that was changed is changed here, too.
func (s *Set) Reader(ctx context.Context, name, password, database string) error {
	return s.do(ctx, func(admin *mongo.Database) error {
		roles := bson.A{
			bson.D{{Key: "role", Value: "read"}, {Key: "db", Value: database}},
			bson.D{{Key: "role", Value: "read"}, {Key: "db", Value: "local"}}, // the oplog, to see how far back it reaches
			bson.D{{Key: "role", Value: "clusterMonitor"}, {Key: "db", Value: "admin"}},
		}
		user := func(command string) error {
			return admin.RunCommand(ctx, bson.D{{Key: command, Value: name}, {Key: "pwd", Value: password}, {Key: "roles", Value: roles}}).Err()
		}
		err := user("createUser")
		if is(err, userExists) {
			err = user("updateUser")
		}
		if err != nil {
			return fmt.Errorf("make user %s: %w", name, err)
		}
		return nil
	})
}

// do connects to the member alone: what is no replica set yet has no primary to be found.
func (s *Set) do(ctx context.Context, f func(admin *mongo.Database) error) error {
	o := options.Client().SetHosts([]string{s.Member}).SetDirect(true).
		SetAuth(options.Credential{Username: s.User, Password: s.Password, AuthSource: "admin"})
	client, err := mongo.Connect(o)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", s.Member, err)
	}
	defer client.Disconnect(context.WithoutCancel(ctx))
	return f(client.Database("admin"))
}

func is(err error, code int) bool {
	var answer mongo.CommandError
	return errors.As(err, &answer) && answer.HasErrorCode(code)
}
