package past

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/aggregate/client"
)

// server is one that may be wiped.
func server(t *testing.T) *client.Client {
	url := os.Getenv("TIDEMARK_TEST_CLICKHOUSE_HTTP_URL")
	if url == "" {
		t.Skip("needs a ClickHouse that may be wiped: TIDEMARK_TEST_CLICKHOUSE_HTTP_URL, _USER, _PASSWORD")
	}
	c := &client.Client{URL: url, User: os.Getenv("TIDEMARK_TEST_CLICKHOUSE_USER"), Password: os.Getenv("TIDEMARK_TEST_CLICKHOUSE_PASSWORD")}
	for _, db := range []string{"raw", "current", Database} {
		require.NoError(t, c.Exec(t.Context(), "DROP DATABASE IF EXISTS "+db+" SYNC"))
		require.NoError(t, c.Exec(t.Context(), "CREATE DATABASE "+db))
	}
	return c
}

// rows are signed rows of random inserts, updates, deletes and key changes; each version has its own second.
type rows struct {
	*rand.Rand
	live   map[string]int
	signed []string
	states []string // by version, from 1
}

func (r *rows) add(key string, value, sign int, op string, version int) {
	r.signed = append(r.signed, fmt.Sprintf("('%s', 7, %d, %d, %d, '%s', '2026-03-01 00:00:00' + INTERVAL %[4]d SECOND)", key, value, sign, version, op))
}

func (r *rows) change(version int) {
	key, value := fmt.Sprintf("k%d", r.IntN(9)), r.IntN(1000)
	before, there := r.live[key]
	switch {
	case !there:
		r.add(key, value, 1, "c", version)
		r.live[key] = value
	case r.IntN(4) == 0:
		r.add(key, before, -1, "d", version)
		delete(r.live, key)
	default:
		r.add(key, before, -1, "u", version)
		r.add(key, value, 1, "u", version)
		r.live[key] = value
	}
	var state []string
	for k, v := range r.live {
		state = append(state, fmt.Sprintf("%s=%d", k, v))
	}
	slices.Sort(state)
	r.states = append(r.states, strings.Join(state, " "))
}

// At every position, and at every time, a table is what it was then; before the first row it is empty.
func TestATableIsWhatItWas(t *testing.T) {
	c := server(t)
	meta := "_version UInt128, _op Enum8('c'=1,'u'=2,'d'=3,'r'=4,'t'=5), _commit_time DateTime64(6, 'UTC')"
	for _, sql := range []string{
		"CREATE TABLE raw.things (key String, part Int16, value Int64, _sign Int8, " + meta + ") ENGINE = MergeTree ORDER BY (key, part, _version, _sign)",
		"CREATE TABLE current.things (key String, part Int16, value Int64, _version UInt128, _deleted UInt8) ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY (key, part)",
		"CREATE TABLE raw.keyless (value Int64, _sign Int8, " + meta + ") ENGINE = MergeTree ORDER BY (_version, _sign)",
	} {
		require.NoError(t, c.Exec(t.Context(), sql))
	}
	for range 2 {
		names, err := Apply(t.Context(), c)
		require.NoError(t, err)
		require.Equal(t, []string{"things"}, names)
	}
	r := &rows{Rand: rand.New(rand.NewPCG(1, 2)), live: map[string]int{}}
	const versions = 60
	for v := 1; v <= versions; v++ {
		r.change(v)
	}
	require.NoError(t, c.Exec(t.Context(), "INSERT INTO raw.things (key, part, value, _sign, _version, _op, _commit_time) VALUES "+strings.Join(r.signed, ", ")))
	read := "SELECT arrayStringConcat(arraySort(groupArray(concat(key, '=', toString(value)))), ' ') FROM past.things_"
	for v, want := range append([]string{""}, r.states...) {
		have, err := c.Value(t.Context(), fmt.Sprintf("%supto(version = %d)", read, v))
		require.NoError(t, err)
		require.Equal(t, want, have, "version %d", v)
		have, err = c.Value(t.Context(), fmt.Sprintf("%sat(time = '2026-03-01 00:%02d:%02d.5')", read, v/60, v%60))
		require.NoError(t, err)
		require.Equal(t, want, have, "second %d", v)
	}
}
