// Package cluster makes of a statement for one ClickHouse server the statements for a cluster of shards and replicas.
//
// Who reads or writes keeps to the same names. What is sharded (raw, current, sales_state) gets its storage in databases
// that end with _local, as replicated tables on every server, and under the plain name a Distributed table over it. A
// materialized view reads and feeds the storage of the server that an insert reaches. A row's shard follows its
// topic-partition, so that a key lives on one shard and one batch of the sink is one block of one shard; its token makes a
// repetition a no-op there as on one server. What is in ops is small and stands on every server.
//
// The statements are held to golden ones; the Distributed half was run on two engines. No ReplicatedMergeTree was run: the
// embedded engine that the tests have lacks it.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Name is the cluster's name in the servers' remote_servers; "" is a server on its own, whose statements stay as they are.
type Name string

// ErrUnsupported marks a statement that has no form for a cluster.
var ErrUnsupported = errors.New("no form for a cluster")

// Local is the database with the storage of a sharded one.
func Local(database string) string { return database + "_local" }

// sharded gives, per database whose rows are spread over the shards, the expression that a row's shard follows. "" refuses
// inserts by the plain name: what is there comes through views, on the shard of its raw row.
var sharded = map[string]string{"raw": "_partition", "current": "", "sales_state": "rand()"}

// Exec gives an exec that runs each statement's forms in order.
func (n Name) Exec(exec func(ctx context.Context, sql string) error) func(context.Context, string) error {
	return func(ctx context.Context, sql string) error {
		all, err := n.Statements(sql)
		for _, s := range all {
			if err = exec(ctx, s); err != nil {
				return err
			}
		}
		return err
	}
}

type form struct {
	begins *regexp.Regexp
	make   func(n Name, m []string, sql string) ([]string, error)
}

// name is a qualified name with or without quotes.
const name = "`?([A-Za-z0-9_]+)`?\\.`?([A-Za-z0-9_]+)`?"

var forms = []form{
	{regexp.MustCompile(`^CREATE DATABASE (IF NOT EXISTS )?` + "`?([A-Za-z0-9_]+)`?"), Name.database},
	{regexp.MustCompile(`^CREATE TABLE (IF NOT EXISTS )?` + name), Name.table},
	{regexp.MustCompile(`^CREATE (?:OR REPLACE )?(MATERIALIZED )?VIEW (?:IF NOT EXISTS )?` + name), Name.view},
	{regexp.MustCompile(`^ALTER TABLE ` + name), Name.alter},
	{regexp.MustCompile(`^(DROP (?:TABLE|VIEW) (?:IF EXISTS )?|TRUNCATE TABLE (?:IF EXISTS )?)` + name), Name.drop},
	{regexp.MustCompile(`^RENAME TABLE ` + name + ` TO ` + name), Name.rename},
	{regexp.MustCompile(`^EXCHANGE TABLES ` + name + ` AND ` + name), Name.exchange},
}

// Statements gives the forms of a statement. What neither makes nor changes a table is as it was. ErrUnsupported says that
// a statement would do something else on a cluster than on a server.
func (n Name) Statements(sql string) ([]string, error) {
	sql = strings.TrimSpace(sql)
	if n == "" {
		return []string{sql}, nil
	}
	for _, f := range forms {
		if m := f.begins.FindStringSubmatch(sql); m != nil {
			return f.make(n, m, sql)
		}
	}
	switch verb, _, _ := strings.Cut(sql, " "); verb {
	case "CREATE", "ALTER", "DROP", "RENAME", "EXCHANGE", "ATTACH", "DETACH", "TRUNCATE", "OPTIMIZE":
		return nil, fmt.Errorf("%w: %.80s", ErrUnsupported, sql)
	}
	return []string{sql}, nil
}

// on puts ON CLUSTER behind what a form begins with.
func (n Name) on(begin, sql string) string {
	return begin + " ON CLUSTER " + string(n) + strings.TrimPrefix(sql, begin)
}
