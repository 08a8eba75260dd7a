package mongo

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/mongo/mongotest"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
)

func titles(found []preflight.Finding) (all []string) {
	for _, f := range found {
		all = append(all, f.Severity.String()+": "+f.Title)
	}
	return all
}

func TestPreflightAndSetup(t *testing.T) {
	r := newRig(t, false, "plain")
	r.cfg.Contracts = r.contracts("plain", "missing")
	name := r.db.Name()
	found, err := Preflight(t.Context(), r.cfg)
	require.NoError(t, err)
	require.Equal(t, []string{"warning: collection " + name + ".missing does not exist", "warning: collection " + name + ".plain keeps no pre-images"}, titles(found))
	require.False(t, preflight.Failed(found))

	mended, err := Setup(t.Context(), r.cfg)
	require.NoError(t, err)
	require.Len(t, mended, 2)
	found, err = Preflight(t.Context(), r.cfg)
	require.NoError(t, err)
	require.Empty(t, found)
	mended, err = Setup(t.Context(), r.cfg)
	require.NoError(t, err)
	require.Empty(t, mended)
}

func TestViewsCannotBeCaptured(t *testing.T) {
	r := newRig(t, true, "a")
	require.NoError(t, r.db.CreateView(t.Context(), "v", "a", bson.A{}))
	r.cfg.Contracts = r.contracts("v")
	found, err := Preflight(t.Context(), r.cfg)
	require.NoError(t, err)
	require.True(t, preflight.Failed(found), found)
	require.Contains(t, found[0].Title, "is a view")
}

func TestUnreachableIsTriedAgain(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.Close()
	r := newRig(t, true, "a")
	r.cfg.URL = "mongodb://u:secret@" + l.Addr().String() + "/?serverSelectionTimeoutMS=200&directConnection=true"
	_, err = Preflight(t.Context(), r.cfg)
	require.True(t, fault.Is(err, fault.Unreachable), err)
	require.Equal(t, fault.Retry, fault.ActionOf(err))
	require.NotContains(t, err.Error(), "secret")
}

func TestBadURLIsTheOperators(t *testing.T) {
	r := newRig(t, true, "a")
	for _, url := range []string{"postgres://u:secret@h/db", "mongodb://u:secret@h:port/", "mongodb://u:p@secret@h/"} {
		r.cfg.URL = url
		_, err := Preflight(t.Context(), r.cfg)
		require.True(t, fault.Is(err, fault.Config), err)
		require.NotContains(t, err.Error(), "secret")
	}
}

func TestWrongPasswordIsDenied(t *testing.T) {
	r := newRig(t, true, "a")
	_, rest, _ := strings.Cut(mongotest.URL(t), "://")
	if _, host, ok := strings.Cut(rest, "@"); ok {
		rest = host
	}
	r.cfg.URL = "mongodb://nobody:secret@" + rest
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := Preflight(ctx, r.cfg)
	require.True(t, fault.Is(err, fault.Denied), "%v", err)
	require.NotContains(t, err.Error(), "secret")
}

func TestDiscover(t *testing.T) {
	r := newRig(t, true, "a")
	_, err := r.db.Collection("a").InsertOne(t.Context(), bson.D{{Key: "_id", Value: "k"}, {Key: "sub", Value: bson.D{{Key: "x", Value: 1.5}}}})
	require.NoError(t, err)
	c, err := Discover(t.Context(), Config{Name: "mongo", URL: r.cfg.URL}, r.db.Name()+".a")
	require.NoError(t, err)
	require.Equal(t, "sub.x", c.Columns[1].Path)
	_, err = Discover(t.Context(), Config{Name: "mongo", URL: r.cfg.URL}, "nodot")
	require.True(t, fault.Is(err, fault.Config), err)
}

func TestRenameStops(t *testing.T) {
	r := newRig(t, true, "a")
	c := r.start()
	c.complete()
	require.NoError(t, r.db.Client().Database("admin").RunCommand(t.Context(), bson.D{
		{Key: "renameCollection", Value: r.db.Name() + ".a"}, {Key: "to", Value: r.db.Name() + ".b"}}).Err())
	err := c.wait()
	require.True(t, fault.Is(err, fault.Unsupported), err)
	require.ErrorContains(t, err, "renamed to "+r.db.Name()+".b")
	require.Equal(t, fault.Operator, fault.ActionOf(err))
}

func TestConfigIsChecked(t *testing.T) {
	r := newRig(t, true, "a")
	for _, change := range []func(*Config){
		func(c *Config) { c.Name = "" }, func(c *Config) { c.URL = "" }, func(c *Config) { c.Contracts = nil }, func(c *Config) { c.Name = "other" },
	} {
		cfg := r.cfg
		change(&cfg)
		_, err := New(cfg)
		require.True(t, fault.Is(err, fault.Config), err)
	}
}
