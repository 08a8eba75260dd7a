package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/capture/mongo/check"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
)

// Preflight gives what the deployment lacks. An error (unreachable, wrong password) carries a fault class.
func Preflight(ctx context.Context, cfg Config) ([]preflight.Finding, error) {
	return examine(ctx, cfg, (*check.Deployment).All)
}

// Setup makes missing collections and turns pre-images on, and gives what it mended. The user needs createCollection and
// collMod (role readWrite and dbAdmin, or an administrator's URL).
func Setup(ctx context.Context, cfg Config) ([]preflight.Finding, error) {
	return examine(ctx, cfg, (*check.Deployment).Mend)
}

func examine(ctx context.Context, cfg Config, f func(*check.Deployment, context.Context) ([]preflight.Finding, error)) (found []preflight.Finding, err error) {
	s, err := New(cfg)
	if err != nil {
		return nil, err
	}
	err = s.with(ctx, func(client *mongo.Client, server connect.Server) (err error) {
		found, err = f(&check.Deployment{Client: client, Server: server, Collections: s.namespaces()}, ctx)
		return err
	})
	return found, err
}
