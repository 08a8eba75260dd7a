package postgres

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgtest"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

func contractOf(table, key, columns string) string {
	return "{contract: 1, source: pg, table: " + table + ", target: shop." + strings.ReplaceAll(table, ".", "_") + ", key: [" + key + "], columns: [" + columns + "]}"
}

// as is the URL of a user who may only log in.
func as(t *testing.T, db *pgtest.Database, user string) string {
	db.Do("CREATE ROLE " + user + " LOGIN")
	t.Cleanup(func() { drop(db.URL, user) })
	u, err := url.Parse(db.URL)
	require.NoError(t, err)
	u.User = url.User(user)
	return u.String()
}

func drop(address, user string) {
	ctx := context.Background()
	if conn, err := pgx.Connect(ctx, address); err == nil {
		_, _ = conn.Exec(ctx, "DROP OWNED BY "+user)
		_, _ = conn.Exec(ctx, "DROP ROLE "+user)
		_ = conn.Close(ctx)
	}
}

func titles(findings []preflight.Finding, least preflight.Severity) (all []string) {
	for _, f := range findings {
		if f.Severity >= least {
			all = append(all, f.Title)
		}
	}
	return all
}

func TestPreflightFindsAndSetupMends(t *testing.T) {
	db := pgtest.New(t,
		"CREATE TYPE mood AS ENUM ('sad')",
		"CREATE SCHEMA deep", "CREATE TABLE deep.good (id int PRIMARY KEY, m mood NOT NULL, n numeric(10,2), tags text[])",
		"CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id)", "CREATE TABLE parted1 PARTITION OF parted FOR VALUES FROM (0) TO (10)",
		"CREATE TABLE nokey (id int, n int)", "CREATE TABLE indexed (id int NOT NULL UNIQUE, n int PRIMARY KEY)",
		"CREATE UNLOGGED TABLE fleeting (id int PRIMARY KEY)", "CREATE TABLE wrong (id bigint PRIMARY KEY, t text, g int GENERATED ALWAYS AS (1) STORED, big numeric(20,5))",
		"CREATE TABLE secret (id int PRIMARY KEY)", "ALTER TABLE secret ENABLE ROW LEVEL SECURITY",
		"CREATE PUBLICATION tidemark FOR TABLE nokey WITH (publish = 'insert')",
	)
	user := "u" + db.Name
	cfg := Config{Name: "pg", URL: as(t, db, user), Publication: "tidemark", Slot: db.Name, Contracts: parse(t,
		contractOf("deep.good", "id", `{name: id, type: integer}, {name: m, type: enum}, {name: n, type: "numeric(10,2)", nullable: true}, {name: tags, type: "text[]"}`),
		contractOf("public.parted", "id", "{name: id, type: integer}"), contractOf("public.nokey", "id", "{name: id, type: integer}"),
		contractOf("public.indexed", "id", "{name: id, type: integer}"), contractOf("public.fleeting", "id", "{name: id, type: integer}"),
		contractOf("public.wrong", "id", `{name: id, type: integer}, {name: t, type: integer}, {name: g, type: integer}, {name: gone, type: text}, {name: big, type: "numeric(10,5)", nullable: true}`),
		contractOf("public.secret", "id", "{name: id, type: integer}"), contractOf("public.absent", "id", "{name: id, type: integer}"),
	)}
	findings, err := Preflight(t.Context(), cfg)
	require.NoError(t, err)
	require.True(t, preflight.Failed(findings))
	got := titles(findings, preflight.Note)
	for _, want := range []string{
		"user " + user + " may not replicate", "max_slot_wal_keep_size is unlimited", "publication tidemark leaves out kinds of changes", "publication tidemark sends partitions under their own names",
		"publication tidemark does not send deep.good", "user " + user + " may not read deep.good", "deep.good logs only the key of rows that change",
		"public.nokey has no replica identity", "the contract's key of public.nokey is not unique", "key column id of public.indexed is not in the replica identity", "public.fleeting is not logged",
		"column public.wrong.id is bigint, the contract says integer", "column public.wrong.t is text, the contract says integer", "column public.wrong.g is not sent", "column public.wrong.gone does not exist",
		"column public.wrong.big is numeric(20,5), the contract says numeric(10,5)", "row-level security hides rows of public.secret from " + user, "table public.absent does not exist",
		"column public.nokey.id may be null, the contract says not",
	} {
		require.Contains(t, got, want)
	}
	require.NotContains(t, strings.Join(got, "\n"), "column deep.good")

	var sound []*contract.Contract
	for _, c := range cfg.Contracts {
		if c.Table == "good" || c.Table == "parted" || c.Table == "indexed" || c.Table == "secret" {
			sound = append(sound, c)
		}
	}
	cfg.Contracts = sound
	mended, err := Setup(t.Context(), cfg, db.URL)
	require.NoError(t, err)
	require.NotEmpty(t, mended)
	findings, err = Preflight(t.Context(), cfg)
	require.NoError(t, err)
	require.Empty(t, titles(findings, preflight.Failure))
	require.Equal(t, []string{"max_slot_wal_keep_size is unlimited"}, titles(findings, preflight.Warning))
	again, err := Setup(t.Context(), cfg, db.URL)
	require.NoError(t, err)
	require.Empty(t, again)
}

func TestSetupMakesThePublication(t *testing.T) {
	db := pgtest.New(t, `CREATE TABLE "Odd Name" (id int PRIMARY KEY)`)
	cfg := Config{Name: "pg", URL: db.URL, Publication: "Tide mark", Slot: db.Name, Contracts: parse(t, `{contract: 1, source: pg, table: "public.Odd Name", target: shop.odd, key: [id], columns: [{name: id, type: integer}]}`)}
	_, err := Setup(t.Context(), cfg, "")
	require.NoError(t, err)
	require.True(t, pgtest.Value[bool](db, "SELECT pubviaroot FROM pg_publication WHERE pubname = 'Tide mark'"))
	findings, err := Preflight(t.Context(), cfg)
	require.NoError(t, err)
	require.False(t, preflight.Failed(findings))
}

func TestConnectionFaultsSayWhatToDo(t *testing.T) {
	db := pgtest.New(t)
	u, err := url.Parse(db.URL)
	require.NoError(t, err)
	missing := *u
	missing.Path = "/nosuch"
	missing.User = url.UserPassword("postgres", "sesame")
	nobody := *u
	nobody.User = url.UserPassword("nosuch", "sesame")
	for address, class := range map[string]fault.Class{
		missing.String(): fault.Config, nobody.String(): fault.Denied,
		"postgres://u:sesame@127.0.0.1:1/db": fault.Unreachable, "postgres://u:sesame@:bad:/db": fault.Config,
	} {
		_, err := Preflight(t.Context(), Config{Name: "pg", URL: address})
		require.Equal(t, class, fault.ClassOf(err), "%v", err)
		require.NotContains(t, err.Error(), "sesame")
		require.NotEmpty(t, fault.HintOf(err))
	}
}

func TestDiscover(t *testing.T) {
	db := pgtest.New(t, "CREATE TYPE mood AS ENUM ('sad')", "CREATE DOMAIN money2 AS numeric(12,2)", "CREATE TYPE pair AS (a int)",
		"CREATE TABLE t (b timestamptz(3) NOT NULL, id2 uuid, m mood NOT NULL, d money2, p pair, tags varchar(5)[], id1 int, g int GENERATED ALWAYS AS (1) STORED, ps pair[], ms mood[], PRIMARY KEY (id1, id2))")
	c, err := Discover(t.Context(), Config{Name: "pg", URL: db.URL}, "public.t")
	require.NoError(t, err)
	text, err := c.Marshal()
	require.NoError(t, err)
	require.YAMLEq(t, `{contract: 1, source: pg, table: public.t, target: `+db.Name+`.t, key: [id1, id2], columns: [
  {name: b, type: timestamp with time zone}, {name: id2, type: uuid}, {name: m, type: enum}, {name: d, type: "numeric(12,2)", nullable: true}, {name: p, type: other, nullable: true},
  {name: tags, type: "text[]", nullable: true}, {name: id1, type: integer}, {name: ps, type: "other[]", nullable: true}, {name: ms, type: "enum[]", nullable: true}]}`, string(text))
	_, err = Discover(t.Context(), Config{Name: "pg", URL: db.URL}, "public.nosuch")
	require.Equal(t, fault.Config, fault.ClassOf(err))

	cfg := Config{Name: "pg", URL: db.URL, Publication: "tidemark", Slot: db.Name, Contracts: []*contract.Contract{c}}
	_, err = Setup(t.Context(), cfg, "")
	require.NoError(t, err)
	findings, err := Preflight(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, []string{"max_slot_wal_keep_size is unlimited"}, titles(findings, preflight.Warning))
}
