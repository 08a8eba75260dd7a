package postgres

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// everyType has a column of each kind of type, and rows with the values that are hard to carry.
var everyType = []string{
	`CREATE TYPE mood AS ENUM ('sad', 'so so', 'it''s "ok"')`,
	`CREATE DOMAIN positive AS numeric(20,5) CHECK (VALUE > 0)`,
	`CREATE TYPE pair AS (a int, b text)`,
	`CREATE TABLE every (
  id int PRIMARY KEY, b bool, i2 int2, i4 int4, i8 int8, o oid, f4 float4, f8 float8, n numeric, n2 numeric(12,2), m money, t text, v varchar(30), c char(5), nm name,
  by bytea, d date, ti time, tz timetz, ts timestamp, tsz timestamptz, iv interval, u uuid, j json, jb jsonb, x xml, ip inet, ci cidr, ma macaddr, bi bit(4), vb varbit,
  po point, bx box, r int4range, tr tstzrange, mr int4multirange, tv tsvector, e mood, dom positive, comp pair,
  ab bool[], ai int[], ai2 int[], at text[], an numeric[], ad date[], ats timestamptz[], aby bytea[], aj jsonb[], ae mood[], adom positive[], abx box[], ln pg_lsn, rc regclass,
  g int GENERATED ALWAYS AS (id * 2) STORED)`,
	`ALTER TABLE every REPLICA IDENTITY FULL`,
	`CREATE PUBLICATION tidemark FOR TABLE every`,
}

const everyRow = `INSERT INTO every (id, b, i2, i4, i8, o, f4, f8, n, n2, m, t, v, c, nm, by, d, ti, tz, ts, tsz, iv, u, j, jb, x, ip, ci, ma, bi, vb, po, bx, r, tr, mr, tv, e, dom, comp,
  ab, ai, ai2, at, an, ad, ats, aby, aj, ae, adom, abx, ln, rc) VALUES
 (BASE+1, true, -32768, 2147483647, -9223372036854775808, 4294967295, 1e-45, 0.30000000000000004, 12345678901234567890.123456789, -0.01, 1234.5, E'tab\there\nline\\ back "q" ünï😀', 'v', 'ab', 'n',
  '\x00ff7f', '2024-02-29', '24:00', '12:30:01.5+02', '2024-01-02 03:04:05.000006', '2024-01-02 03:04:05.6+03', '1 year -2 days 03:00', '0190163d-8694-739b-aea5-966c26f8ad91',
  '{"a": [1, "x\u00e9"]}', '{"b": 1.0, "a": null}', '<a b="1">&amp;</a>', '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', B'0101', B'1', '(1.5,-2)', '((1,1),(0,0))', '[1,5)',
  '[2024-01-01 00:00+03,)', '{[1,2),[5,9)}', 'a b:2', 'it''s "ok"', 1.5, '(1,"x y")', '{t,NULL}', '{{1,2},{3,NULL}}', '[5:6]={7,8}', E'{plain,"a b","q\\"q","b\\\\b",NULL,"NULL","",ü}',
  '{1.10,NaN,NULL}', '{2024-02-29,infinity}', '{"2024-01-02 03:04:05+03",NULL}', ARRAY['\x01'::bytea,NULL,''], ARRAY['{"a": "b\"c"}'::jsonb], ARRAY['sad','it''s "ok"']::mood[], '{1.5,2}',
  ARRAY[box '(1,1),(0,0)', box '(3,3),(2,2)'], '16/B374D848', 'every'),
 (BASE+2, false, 0, 0, 0, 0, 'NaN', '-Infinity', 'NaN', 'NaN', 0, '', '', '', '', '', 'infinity', '00:00', '00:00:00+00', '-infinity', 'infinity', '0', '00000000-0000-0000-0000-000000000000',
  'null', 'null', '', '::1', '::/0', '00:00:00:00:00:00', B'0000', B'', '(0,0)', '((0,0),(0,0))', 'empty', 'empty', '{}', '', 'sad', 0.00001, '(,)', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '0/0', 'pg_class'),
 (BASE+3, NULL, NULL, NULL, NULL, NULL, 'Infinity', 'NaN', 'Infinity', NULL, NULL, '\N', NULL, NULL, NULL, NULL, '0044-03-15 BC', NULL, NULL, '0044-03-15 01:02:03 BC', '0044-03-15 01:02:03+00 BC', NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 (BASE+4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '-Infinity', NULL, NULL, E'\\', NULL, NULL, NULL, NULL, '5874897-12-31', NULL, NULL, '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', NULL, NULL,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`

const everyContract = `contract: 1
source: pg
table: public.every
target: shop.every
key: [id]
columns:
  - {name: id, type: integer}
`

func insertEvery(base string) string { return strings.ReplaceAll(everyRow, "BASE", base) }

// A row must read the same, byte by byte, whether the snapshot read it, the stream brought it or an update left it as it was, whatever
// a role or a database has set for its sessions.
func TestSnapshotEqualsStream(t *testing.T) {
	r := newRig(t, []string{everyContract}, everyType...)
	r.db.Do("ALTER DATABASE "+r.db.Name+" SET DateStyle = 'German'", "ALTER DATABASE "+r.db.Name+" SET TimeZone = 'Asia/Kolkata'",
		"ALTER DATABASE "+r.db.Name+" SET bytea_output = 'escape'", "ALTER DATABASE "+r.db.Name+" SET extra_float_digits = -5", "ALTER DATABASE "+r.db.Name+" SET IntervalStyle = 'sql_standard'",
		"ALTER DATABASE "+r.db.Name+" SET statement_timeout = '1ms'", insertEvery("0"))
	run := r.start()
	run.reach()
	r.db.Do(insertEvery("10"), "UPDATE every SET id = id + 10 WHERE id > 10", "UPDATE every SET id = id WHERE id > 20")
	run.reach()
	run.stop()

	id := regexp.MustCompile(`"id":\d+`)
	read := map[byte]string{} // by the id's last digit
	n := map[event.Op]int{}
	for _, rec := range changes(r.records("pg.public.every")) {
		digit := rec.key[len(rec.key)-2]
		for _, image := range []string{"before", "after"} {
			row := id.ReplaceAllString(member(t, rec.value, image), `"id":0`)
			if row == "null" {
				continue
			}
			require.NotContains(t, row, `"g":`, "generated columns are not in the stream")
			if read[digit] == "" {
				read[digit] = row
			}
			require.Equal(t, read[digit], row, rec.value)
		}
		n[rec.Op]++
	}
	require.Equal(t, map[event.Op]int{event.Read: 4, event.Create: 8, event.Delete: 4, event.Update: 4}, n)
	require.Contains(t, read['1'], `"tsz":"2024-01-02T00:04:05.6Z"`)
	require.Contains(t, read['1'], `"by":"AP9/"`)
	require.Contains(t, read['1'], `"ae":["sad","it's \"ok\""]`)
	require.Contains(t, read['1'], `"adom":["1.50000","2.00000"]`)
	require.Contains(t, read['3'], `"t":"\\N"`)
}
