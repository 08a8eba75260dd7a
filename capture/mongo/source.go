package mongo

import (
	"context"
	"errors"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/resume"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
	"github.com/tidemark-cdc/tidemark/schemas/types"
)

// Source captures the collections of one deployment.
type Source struct {
	cfg     Config
	options *options.ClientOptions
}

// New makes a source. Nothing is connected yet. Errors are of class fault.Config.
func New(cfg Config) (*Source, error) {
	s := &Source{cfg: cfg.withDefaults()}
	doing := "configure source " + cfg.Name
	switch {
	case cfg.Name == "" || cfg.URL == "":
		return nil, fault.New(fault.Config, doing, errors.New("name and url must be given"), "")
	case len(s.cfg.Contracts) == 0:
		return nil, fault.New(fault.Config, doing, errors.New("no contract names it"), "Write one with `capture discover`.")
	}
	for _, c := range s.cfg.Contracts {
		if c.Family != types.MongoDB {
			return nil, fault.New(fault.Config, doing, errors.New(c.Name()+" is a table"), "A contract of a MongoDB source says collection: instead of table:.")
		}
	}
	s.options = connect.Options(cfg.URL)
	return s, nil
}

// Fingerprint identifies what is captured.
func (s *Source) Fingerprint() string {
	names := make([]string, len(s.cfg.Contracts))
	for i, c := range s.cfg.Contracts {
		names[i] = c.Name()
	}
	return resume.Fingerprint(names)
}

// namespaces are the captured collections, in a fixed order.
func (s *Source) namespaces() []stream.Namespace {
	var all []stream.Namespace
	for _, c := range s.cfg.Contracts {
		all = append(all, stream.Namespace{Database: c.Namespace, Collection: c.Table})
	}
	slices.SortFunc(all, func(a, b stream.Namespace) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// with connects, asks what the server is, and runs f.
func (s *Source) with(ctx context.Context, f func(*mongo.Client, connect.Server) error) error {
	client, err := connect.Open(s.options)
	if err != nil {
		return err
	}
	defer connect.Close(client)
	server, err := connect.Ask(ctx, client)
	if err != nil {
		return err
	}
	return f(client, server)
}
