package part

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	mongodriver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

func mongo() Part {
	return Part{
		Name: "mongo", Ports: []string{site.Mongo}, Fetch: []string{"mongo"},
		Ways:    []string{site.Way(site.Capture, site.Mongo)},
		Prepare: initMongo, Spec: mongoSpec, Ready: pingMongo,
	}
}

func mongoSpec(s *site.Site) (process.Spec, error) {
	spec, err := openMongo(s)
	spec.Args = append(spec.Args, "--auth")
	return spec, err
}

// openMongo is the server without passwords.
func openMongo(s *site.Site) (process.Spec, error) {
	bin, err := fetch.MongoBin(s)
	if err != nil {
		return process.Spec{}, err
	}
	return process.Spec{
		Args: []string{
			bin, "--config", mongoConfig(s),
			"--host", "127.0.0.1", "--port", strconv.Itoa(s.Ports.Number[site.Mongo]),
			"--storage-path", mongoData(s), "--cache-size", "256M",
			// Without it kill -9 loses the last writes, and an older resume token then silently delivers nothing.
			"--sync-on-commit",
			// At its defaults (100k entries, 1 hour) a change stream that lags past the floor skips events silently.
			"--oplog-max-entries", "50000000", "--oplog-retention-seconds", "31536000",
			"--noop-heartbeat-seconds", "10",
			"--enable-test-commands",
		},
		Dir: s.Path("data"), Log: s.Log("mongo"),
		Stop: syscall.SIGTERM, Death: syscall.SIGKILL, Grace: 20 * time.Second,
	}, nil
}

func mongoData(s *site.Site) string   { return s.Path("data", "mongo", "db") }
func mongoMade(s *site.Site) string   { return s.Path("data", "mongo", "made") }
func mongoConfig(s *site.Site) string { return s.Path("conf", "secantusd.toml") }

// initMongo makes the administrator. The server has no way to do so while it asks for passwords, so its first
// start is a short one without; what an interrupted one left behind is thrown away.
func initMongo(ctx context.Context, s *site.Site) error {
	if err := os.MkdirAll(s.Path("data", "mongo"), 0o755); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	// An empty file: without one the server would take ~/.secantus/secantusd.toml.
	if err := site.WriteFile(mongoConfig(s), nil, 0o644); err != nil {
		return fmt.Errorf("write the document server's configuration: %w", err)
	}
	if _, err := os.Stat(mongoMade(s)); err == nil {
		return nil
	}
	if err := os.RemoveAll(mongoData(s)); err != nil {
		return fmt.Errorf("remove an unfinished document store: %w", err)
	}
	spec, err := openMongo(s)
	if err != nil {
		return err
	}
	p, err := process.Start(spec)
	if err != nil {
		return err
	}
	defer p.End()
	if err := createMongoUser(ctx, s); err != nil {
		return fmt.Errorf("create the document server's user: %w", err)
	}
	p.End()
	return site.WriteFile(mongoMade(s), nil, 0o644)
}

func createMongoUser(ctx context.Context, s *site.Site) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	client, err := mongodriver.Connect(options.Client().ApplyURI("mongodb://" + s.Ports.Addr(site.Mongo) + "/?directConnection=true"))
	if err != nil {
		return err
	}
	defer client.Disconnect(ctx)
	create := bson.D{{Key: "createUser", Value: "tidemark"}, {Key: "pwd", Value: s.Secrets.Mongo}, {Key: "roles", Value: bson.A{"root"}}}
	return client.Database("admin").RunCommand(ctx, create).Err()
}

func pingMongo(ctx context.Context, s *site.Site) error {
	client, err := mongodriver.Connect(options.Client().ApplyURI(s.MongoURL()).SetServerSelectionTimeout(time.Second))
	if err != nil {
		return err
	}
	defer client.Disconnect(ctx)
	return client.Database("admin").RunCommand(ctx, bson.D{{Key: "connectionStatus", Value: 1}}).Err()
}
