package lookup_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
	"github.com/tidemark-cdc/tidemark/sink/rows"
)

// restated says again what the source holds of a key.
func (b *bench) restated(n int) *rows.Record {
	op := event.Delete
	note, there := b.source[n]
	if there {
		op = event.Read
	}
	r := b.change(op, n, note)
	r.Header.Flags = event.Repair | event.Restate
	return r
}

// Whatever raw and the current state hold of a key, a restatement leaves what the source holds: a row that stands twice, one
// that is lost, another image, a row that the source never had, in one batch and built twice.
func TestARestatementPutsEverythingRight(t *testing.T) {
	b := newBench(t)
	clickhousetest.Exec(t, b.conn, "CREATE DATABASE IF NOT EXISTS ops",
		"CREATE TABLE IF NOT EXISTS ops.buried (topic String, incarnation String, partition UInt16, offset UInt64, key String, version UInt128) ENGINE = ReplacingMergeTree ORDER BY (topic, key, incarnation, partition, offset)")
	b.fill(8)
	b.build([]*rows.Record{b.change(event.Update, 4, "second"), b.change(event.Delete, 5, "")})
	b.insert()
	at := func(n int) string { return fmt.Sprintf("endsWith(toString(id), '%012x')", n) }
	clickhousetest.Exec(t, b.conn,
		"INSERT INTO raw.lookup_test SELECT * FROM raw.lookup_test WHERE "+at(1)+" SETTINGS insert_deduplicate = 0",
		"ALTER TABLE raw.lookup_test DELETE WHERE "+at(2)+" AND _sign = 1 SETTINGS mutations_sync = 2",
		"ALTER TABLE raw.lookup_test DELETE WHERE "+at(4)+" AND _sign = -1 SETTINGS mutations_sync = 2",
		"ALTER TABLE current.lookup_test UPDATE note = 'wrong' WHERE "+at(3)+" SETTINGS mutations_sync = 2",
		"ALTER TABLE current.lookup_test DELETE WHERE "+at(5)+" SETTINGS mutations_sync = 2",
		"INSERT INTO current.lookup_test SELECT * EXCEPT (_sign, _version, _op, _commit_time, _incarnation, _partition, _offset), _version, 0 FROM raw.lookup_test WHERE "+at(5)+" AND _sign = 1",
		"ALTER TABLE raw.lookup_test DELETE WHERE "+at(6)+" AND _sign = 1 SETTINGS mutations_sync = 2",
		"INSERT INTO raw.lookup_test SELECT * REPLACE (toInt8(-1) AS _sign) FROM raw.lookup_test AS r WHERE endsWith(toString(r.id), '"+fmt.Sprintf("%012x", 7)+"') SETTINGS insert_deduplicate = 0",
		"INSERT INTO raw.lookup_test SELECT * REPLACE (toInt8(-1) AS _sign) FROM raw.lookup_test AS r WHERE endsWith(toString(r.id), '"+fmt.Sprintf("%012x", 7)+"') AND r._sign = 1 SETTINGS insert_deduplicate = 0")
	delete(b.source, 6)
	delete(b.source, 7)
	var all []*rows.Record
	for n := range 8 {
		all = append(all, b.restated(n))
	}
	all = append(all, b.restated(77)) // nobody ever heard of it
	sum := b.build(all)
	b.insert()
	require.Equal(t, sum, b.build(all), "rebuilt after its own rows are in raw")
	b.insert()
	b.check()

	b.build([]*rows.Record{b.change(event.Update, 1, "third"), b.change(event.Create, 6, "back"), b.change(event.Delete, 2, "")})
	b.insert()
	b.check() // what follows finds the newest image
}
