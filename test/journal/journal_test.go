package journal

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/tidemark-cdc/tidemark/compose/local/stack"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// servers are those of a stack with nothing but the sources, or of the environment.
func servers(t *testing.T) (postgres, mongo string) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs servers")
	}
	if url := os.Getenv("TIDEMARK_POSTGRES_URL"); url != "" {
		return url, os.Getenv("TIDEMARK_MONGO_URL")
	}
	st, err := stack.Start(t.Context(), stack.Options{Dir: t.TempDir(), Ports: "auto", Only: []string{"postgres", "mongo"}, Discard: true})
	t.Cleanup(func() {
		if st != nil {
			_ = st.Stop(context.Background())
		}
	})
	require.NoError(t, err)
	return st.Env()["TIDEMARK_POSTGRES_URL"], st.Env()["TIDEMARK_MONGO_URL"]
}

func parse(t *testing.T, text string) *contract.Contract {
	t.Helper()
	c, err := contract.Parse([]byte(text))
	require.NoError(t, err)
	return c
}

// show prints a change without its commit.
func show(c Change) string {
	return fmt.Sprintf("%c %v %v %q %q", c.Kind, c.Key, c.OldKey, c.Before, c.After)
}

func changes(t *testing.T, j *Journal, c *contract.Contract) (texts []string, all []Change) {
	t.Helper()
	require.NoError(t, j.Sync(t.Context()))
	require.NoError(t, j.Read(c, func(ch Change) error {
		texts, all = append(texts, show(ch)), append(all, ch)
		return nil
	}))
	return texts, all
}

// The journal has every committed change in commit order, whole, and nothing that was
// rolled back or written before.
func TestJournalOfBothSources(t *testing.T) {
	pgURL, mongoURL := servers(t)
	name := fmt.Sprintf("j%d", time.Now().UnixNano())
	rows := parse(t, `{contract: 1, source: pg, table: public.`+name+`, target: shop.x, key: [id], columns: [{name: id, type: integer}, {name: v, type: "numeric(9,2)", nullable: true}, {name: at, type: timestamptz, nullable: true}]}`)
	docs := parse(t, `{contract: 1, source: mongo, collection: `+name+`.things, target: shop.y, key: [id], columns: [{name: id, path: _id, type: string}, {name: n, type: int, nullable: true}]}`)
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, pgURL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	client, err := mongo.Connect(options.Client().ApplyURI(mongoURL))
	require.NoError(t, err)
	defer client.Disconnect(context.Background())
	sql := func(s string) { _, err := conn.Exec(ctx, s); require.NoError(t, err, s) }
	sql("CREATE TABLE " + name + " (id int PRIMARY KEY, v numeric(9,2), at timestamptz); ALTER TABLE " + name + " REPLICA IDENTITY FULL")
	defer sql("DROP TABLE " + name)
	sql("INSERT INTO " + name + " VALUES (1, 1, NULL)")
	coll := client.Database(name).Collection("things")
	images := options.CreateCollection().SetChangeStreamPreAndPostImages(bson.D{{Key: "enabled", Value: true}})
	require.NoError(t, client.Database(name).CreateCollection(ctx, "things", images))
	defer client.Database(name).Drop(context.Background())
	_, err = coll.InsertOne(ctx, bson.D{{Key: "_id", Value: "a"}, {Key: "n", Value: int32(1)}})
	require.NoError(t, err)

	j, err := Open(ctx, Options{Contracts: []*contract.Contract{rows, docs}, PostgresURL: pgURL, MongoURL: mongoURL})
	require.NoError(t, err)
	defer func() { require.NoError(t, j.Close(context.Background())) }()

	sql("INSERT INTO " + name + " VALUES (2, 2.50, '2026-01-02 03:04:05.5+01')")
	sql("BEGIN; INSERT INTO " + name + " VALUES (9, 9, NULL); ROLLBACK")
	sql("BEGIN; UPDATE " + name + " SET v = v + 1 WHERE id = 2; UPDATE " + name + " SET id = 3 WHERE id = 2; COMMIT")
	sql("DELETE FROM " + name + " WHERE id = 1")
	sql("TRUNCATE " + name)
	_, err = coll.InsertOne(ctx, bson.D{{Key: "_id", Value: "b"}})
	require.NoError(t, err)
	_, err = coll.UpdateByID(ctx, "a", bson.D{{Key: "$inc", Value: bson.D{{Key: "n", Value: int32(1)}}}})
	require.NoError(t, err)
	_, err = coll.ReplaceOne(ctx, bson.D{{Key: "_id", Value: "b"}}, bson.D{{Key: "n", Value: int32(5)}})
	require.NoError(t, err)

	texts, all := changes(t, j, rows)
	require.Equal(t, []string{
		`i [2] [] [] ["2" "2.5" "2026-01-02 02:04:05.5"]`,
		`u [2] [] ["2" "2.5" "2026-01-02 02:04:05.5"] ["2" "3.5" "2026-01-02 02:04:05.5"]`,
		`u [3] [2] ["2" "3.5" "2026-01-02 02:04:05.5"] ["3" "3.5" "2026-01-02 02:04:05.5"]`,
		`d [1] [] ["1" "1" "\x00null"] []`,
		`t [] [] [] []`,
	}, texts)
	require.Equal(t, all[1].To, all[2].To, "one commit")
	for i := 1; i < len(all); i++ {
		require.True(t, all[i].To == all[i-1].To || all[i].From > all[i-1].To, "commits do not overlap")
	}
	require.GreaterOrEqual(t, all[0].From, j.Since(rows))

	require.NoError(t, j.Sync(ctx), "again, with nothing new")
	_, err = coll.DeleteOne(ctx, bson.D{{Key: "_id", Value: "a"}})
	require.NoError(t, err)
	texts, all = changes(t, j, docs)
	require.Equal(t, []string{
		`i [b] [] [] ["b" "\x00null"]`,
		`u [a] [] ["a" "1"] []`,
		`u [b] [] ["b" "\x00null"] ["b" "5"]`,
		`d [a] [] ["a" "2"] []`,
	}, texts)
	require.GreaterOrEqual(t, all[0].From, j.Since(docs))
	require.Equal(t, map[Kind]int64{Insert: 1, Update: 2, Delete: 1}, j.Count(docs))
}

func TestReadsWhatTestDecodingPrints(t *testing.T) {
	p, ok, err := parseLine(`table public."Odd: name": UPDATE: old-key: "b b"[text]:'x''y` + "\n" + `z' new-tuple: "b b"["my type"]:null c[bytea]:'\xde00' ar[text[]]:'{a,NULL,"c\""}' f[boolean]:true bits[bit]:B'101' big[text]:unchanged-toast-datum n[numeric]:-1.50`)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, []string{`public."Odd: name"`}, p.tables)
	require.Equal(t, Update, p.kind)
	require.Equal(t, map[string]value{"b b": {text: "x'y\nz"}}, p.old)
	require.Equal(t, map[string]value{"b b": {null: true}, "c": {text: `\xde00`}, "ar": {text: `{a,NULL,"c\""}`}, "f": {text: "true"},
		"bits": {text: "101"}, "big": {unchanged: true}, "n": {text: "-1.50"}}, p.row)

	p, _, err = parseLine(`table public.a, public.b: TRUNCATE: restart_seqs cascade`)
	require.NoError(t, err)
	require.Equal(t, []string{"public.a", "public.b"}, p.tables)
	p, _, err = parseLine(`table public.a: DELETE: id[integer]:7`)
	require.NoError(t, err)
	require.Equal(t, map[string]value{"id": {text: "7"}}, p.old)
	require.Nil(t, p.row)
	for _, line := range []string{"BEGIN", "COMMIT", "message: transactional: 1 prefix: x, sz: 1 content:y"} {
		_, ok, err = parseLine(line)
		require.NoError(t, err)
		require.False(t, ok)
	}
	for _, line := range []string{"table x", "table x: MERGE: a[integer]:1", "table x: INSERT: a:1", "table x: INSERT: a[text]:'open", `table "x: INSERT: `} {
		_, _, err = parseLine(line)
		require.ErrorIs(t, err, errDecoding, line)
	}
}

// What the log prints is read without a panic, whatever it is, and names nobody's table
// in vain.
func FuzzParseLine(f *testing.F) {
	f.Add(`table public.t: UPDATE: old-key: a[integer]:1 new-tuple: a[integer]:2 b[text]:'x'`)
	f.Add(`table "a""b".c, d: TRUNCATE: (no-flags)`)
	f.Fuzz(func(t *testing.T, line string) {
		p, ok, err := parseLine(line)
		if err == nil && ok {
			require.NotEmpty(t, p.tables)
			require.True(t, strings.HasPrefix(line, "table "))
		}
	})
}
