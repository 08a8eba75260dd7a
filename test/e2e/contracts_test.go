package e2e

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// A table and a collection that no code has heard of are captured by their contract
// files alone, which discover writes: rows from before, and what changes after.
func TestAnyTableByItsContract(t *testing.T) {
	ctx, shared := stackOf(t)
	shared.sql(t, `CREATE TABLE parcels (depot int, nr bigint, label text, weight numeric(9,3), tags text[], seen timestamptz, raw bytea, flag bool, r real, d date, code char(5), codes char(3)[],
		PRIMARY KEY (depot, nr))`)
	shared.sql(t, `INSERT INTO parcels SELECT n % 3, n, 'label ' || n, n * 1.5, ARRAY['a', NULL, 'c"'], now(), '\xdeadbeef', n % 2 = 0, n / 3.0, '2024-02-29', n % 100, ARRAY['x', 'xyz'] FROM generate_series(1, 1000) n`)
	docs := make([]any, 500)
	for i := range docs {
		docs[i] = bson.D{{Key: "_id", Value: bson.NewObjectID()}, {Key: "n", Value: int32(i)}, {Key: "nested", Value: bson.D{{Key: "x", Value: float64(i) / 2}}},
			{Key: "list", Value: bson.A{bson.D{{Key: "v", Value: int64(i)}}, bson.D{{Key: "v", Value: int64(2 * i)}}}}}
	}
	_, err := shared.sides.Mongo.Database("depot").Collection("scans").InsertMany(ctx, docs)
	require.NoError(t, err)

	dir := filepath.Join(shared.dir, "contracts") // not the test's own folder: the stack goes on with it
	require.NoError(t, os.Mkdir(dir, 0o755))
	for _, c := range shopContracts(t) {
		text, err := c.Marshal()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, c.Target.Table+".yaml"), text, 0o644))
	}
	shared.discover(t, dir, "parcels", "--source", "pg", "--table", "public.parcels")
	shared.discover(t, dir, "scans", "--source", "mongo", "--collection", "depot.scans")
	all, err := contract.Load(os.DirFS(dir))
	require.NoError(t, err)

	shared.recontract(t, dir)
	shared.equal(t, all)
	shared.sql(t, `UPDATE parcels SET label = 'moved', nr = nr + 10000 WHERE depot = 1`)
	shared.sql(t, `DELETE FROM parcels WHERE depot = 2`)
	_, err = shared.sides.Mongo.Database("depot").Collection("scans").UpdateMany(ctx, bson.D{}, bson.D{{Key: "$inc", Value: bson.D{{Key: "list.1.v", Value: int64(7)}}}})
	require.NoError(t, err)
	shared.equal(t, all)
}

// discover writes a contract made from the live table.
func (p *pipeline) discover(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	args = append([]string{"discover", "--config", filepath.Join(p.dir, "stack", "capture.yaml")}, args...)
	text, err := p.program(t.Context(), t, "capture", args...).Output()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, name+".yaml"), text, 0o644))
}

// recontract does what `make up CONTRACTS=DIR` does to a stack that is up.
func (p *pipeline) recontract(t *testing.T, dir string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := p.program(ctx, t, "local", "--dir", filepath.Join(p.dir, "stack"), "up", "--contracts", dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Eventually(t, func() bool {
		parts, err := p.Status(ctx)
		ready := err == nil
		for _, s := range parts {
			ready = ready && s.State == "ready"
		}
		return ready
	}, patience, 100*time.Millisecond)
}
