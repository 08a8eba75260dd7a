// Package cluster tries the tables of a cluster on two engines that are two shards. The embedded engine has no replicated
// tables and no ON CLUSTER, so both are taken out of the statements, which then run on each engine; what is left is what the
// product makes: storage, Distributed tables over it, views that feed storage from storage.
package cluster

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/aggregate/client"
	"github.com/tidemark-cdc/tidemark/clickhouse/cluster"
	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

const name cluster.Name = "tidemark"

var schema = []string{
	"CREATE DATABASE raw", "CREATE DATABASE current", "CREATE DATABASE sales_state", "CREATE DATABASE shop",
	"CREATE TABLE current.t (k Int64, v Int64, _version UInt128, _deleted UInt8)\nENGINE = ReplacingMergeTree(_version, _deleted)\nORDER BY k\nSETTINGS non_replicated_deduplication_window = 100",
	"CREATE TABLE raw.t (k Int64, v Int64, _sign Int8, _version UInt128, _partition UInt16)\nENGINE = MergeTree\nORDER BY k\nSETTINGS non_replicated_deduplication_window = 100",
	"CREATE TABLE sales_state.s (g Int64, v SimpleAggregateFunction(sum, Int64), n SimpleAggregateFunction(sum, Int64))\nENGINE = AggregatingMergeTree\nORDER BY g\nSETTINGS non_replicated_deduplication_window = 100",
	"CREATE MATERIALIZED VIEW current.t_from_raw TO current.t AS SELECT k, v, _version, toUInt8(_sign < 0) AS _deleted FROM raw.t WHERE _sign = 1",
	"CREATE MATERIALIZED VIEW sales_state.s_mv TO sales_state.s AS SELECT 1 AS g, sum(r.v * r._sign) AS v, sum(toInt64(r._sign)) AS n FROM raw.t AS r GROUP BY g",
	"CREATE OR REPLACE VIEW shop.t AS SELECT k, v, _version FROM current.t FINAL",
}

func TestABatchGoesToOneShardOnce(t *testing.T) {
	one, two := engines(t)
	for _, sql := range schema {
		forms, err := name.Statements(sql)
		require.NoError(t, err)
		for _, form := range forms {
			for _, shard := range []*client.Client{one, two} {
				require.NoError(t, shard.Exec(t.Context(), plain(form)), form)
			}
		}
	}
	insert := func(partition int, from, to int) {
		var values []string
		for k := from; k < to; k++ {
			values = append(values, fmt.Sprintf("(%d, 10, 1, 1, %d)", k, partition))
		}
		sender := *one
		sender.Settings = map[string]string{
			"distributed_foreground_insert": "1", "async_insert": "0", "insert_deduplicate": "1", "deduplicate_blocks_in_dependent_materialized_views": "1",
			"max_insert_threads": "1", "insert_deduplication_token": fmt.Sprintf("i/t/%d/%d-%d", partition, from, to),
		}
		require.NoError(t, sender.Exec(t.Context(), "INSERT INTO raw.t (k, v, _sign, _version, _partition) VALUES "+strings.Join(values, ",")))
	}
	for range 3 { // a retry must change nothing, on the shard at hand and on the other
		insert(0, 0, 100)
		insert(1, 100, 250)
	}
	insert(1, 250, 300)
	for _, q := range []struct{ sql, want string }{
		{"SELECT count() FROM raw.t", "300"},
		{"SELECT uniqExact(_partition) FROM raw_local.t", "1"},
		{"SELECT count() FROM shop.t", "300"},
		{"SELECT sum(v) FROM sales_state.s", "3000"},
		{"SELECT sum(n) FROM sales_state.s", "300"},
	} {
		for _, shard := range []*client.Client{one, two} {
			got, err := shard.Value(t.Context(), q.sql)
			require.NoError(t, err)
			require.Equal(t, q.want, got, q.sql)
		}
	}
	require.Error(t, one.Exec(t.Context(), "INSERT INTO current.t VALUES (1, 1, 1, 0)"), "what views feed has no way in by its plain name")
}

var on, replicated = regexp.MustCompile(` ON CLUSTER \w+`), regexp.MustCompile(`ENGINE = Replicated`)

// plain takes out what the embedded engine lacks.
func plain(sql string) string {
	sql = replicated.ReplaceAllString(on.ReplaceAllString(sql, ""), "ENGINE = ")
	sql = strings.ReplaceAll(sql, ", replicated_deduplication_window_seconds = 604800", "")
	return strings.ReplaceAll(sql, "replicated_deduplication_window", "non_replicated_deduplication_window")
}

const config = `<clickhouse><users_config>%[1]s/users.xml</users_config>
  <remote_servers><tidemark>
    <shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>%[2]d</port><user>tidemark</user><password>p</password></replica></shard>
    <shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>%[3]d</port><user>tidemark</user><password>p</password></replica></shard>
  </tidemark></remote_servers>
</clickhouse>`

const users = `<clickhouse><profiles><default/><internal><max_sessions_for_user>1</max_sessions_for_user></internal></profiles><quotas><default/></quotas><users>
  <default><password/><networks><ip>127.0.0.1</ip></networks><profile>internal</profile><quota>default</quota>
    <grants><query>GRANT SYSTEM LISTEN, CREATE TEMPORARY TABLE ON *.*</query></grants></default>
  <tidemark><password>p</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota><access_management>1</access_management></tidemark>
</users></clickhouse>`

// engines are two servers that know one another as shards.
func engines(t *testing.T) (one, two *client.Client) {
	where, err := site.Open(site.Options{Dir: t.TempDir(), Parts: os.Getenv("TIDEMARK_PARTS")})
	require.NoError(t, err)
	require.NoError(t, fetch.Ensure(t.Context(), where, []string{"clickhouse"}, os.Stderr))
	lib, err := fetch.ClickHouseLib(where)
	require.NoError(t, err)
	program := filepath.Join(t.TempDir(), "local")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "github.com/tidemark-cdc/tidemark/compose/local/cmd/local").CombinedOutput()
	require.NoError(t, err, string(out))
	ports := free(t, 4)
	return engine(t, program, lib, ports[0], ports[2], ports[:2]), engine(t, program, lib, ports[1], ports[3], ports[:2])
}

func engine(t *testing.T, program, lib string, tcp, http int, shards []int) *client.Client {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "users.xml"), []byte(users), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.xml"), fmt.Appendf(nil, config, dir, shards[0], shards[1]), 0o600))
	cmd := exec.Command(program, "engine", "--lib", lib, "--path", filepath.Join(dir, "data"), "--config", filepath.Join(dir, "config.xml"),
		"--tcp", fmt.Sprint(tcp), "--http", fmt.Sprint(http))
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // its data go with it
		_ = cmd.Wait()
	})
	c := &client.Client{URL: fmt.Sprintf("http://127.0.0.1:%d", http), User: "tidemark", Password: "p"}
	deadline := time.Now().Add(2 * time.Minute)
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		err := c.Exec(ctx, "SELECT 1")
		cancel()
		if err == nil {
			return c
		}
		require.True(t, time.Now().Before(deadline), "the engine does not answer: %v", err)
		time.Sleep(200 * time.Millisecond)
	}
}

func free(t *testing.T, n int) (ports []int) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}
