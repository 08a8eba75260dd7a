package rows

import (
	"encoding/hex"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares the block's bytes with those that were written once.
func golden(t *testing.T, b *Builder, path string) {
	t.Helper()
	var buf proto.Buffer
	block := proto.Block{Columns: len(b.Input()), Rows: b.Rows()}
	require.NoError(t, block.EncodeRawBlock(&buf, checksumProtocol, b.Input()))
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(hex.Dump(buf.Buf)), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), hex.Dump(buf.Buf), "run go test -update and read the difference")
}

func TestPostgresBlock(t *testing.T) {
	b := compile(t, parseContract(t, payments))
	for i, r := range []*Record{
		{Key: paymentKey(1), Value: envelope("null", payment(1, "12.50"), event.Create), Header: header(event.Create, 1)},
		{Key: paymentKey(1), Value: envelope(payment(1, "12.50"), payment(1, "13"), event.Update), Header: header(event.Update, 2)},
		{Key: paymentKey(1), Header: header(event.Delete, 3)},
		{Key: paymentKey(1), Value: envelope(payment(1, "13"), "null", event.Delete), Header: header(event.Delete, 3)},
		{Key: paymentKey(2), Value: envelope("null", payment(2, "-0.01"), event.Read), Header: header(event.Read, 3)},
	} {
		r.Offset = int64(10 + i)
		require.NoError(t, b.Add(r, true))
	}
	require.Equal(t, Counts{Records: 5, Inserted: 2, Updated: 1, Deleted: 1, Tombstones: 1}, b.Counts())
	require.NoError(t, b.Counts().Check(b.Rows()))
	golden(t, b, "testdata/payments.hex")
}

// The members may come in another order, with others between, or not at all: the rows
// are the same.
func TestTheOrderOfMembersDoesNotMatter(t *testing.T) {
	c := parseContract(t, accounts)
	for _, images := range [][]string{
		{`{"id":1,"amount":"1.00","note":"x"}`, `{"note":"x","amount":"1.00","id":1}`, `{"other":{"id":9},"amount":"1.00","id":1,"more":[1],"note":"x"}`},
		{`{"id":1,"amount":"1.00","note":null}`, `{"id":1,"amount":"1.00"}`, `{"amount":"1.00","id":1}`},
	} {
		var sums []uint64
		b := compile(t, c)
		for range 2 { // again with what the first round taught
			for _, image := range images {
				b.Begin(Place{})
				require.NoError(t, b.Add(&Record{Key: []byte(`{"id":1}`), Value: envelope("null", image, event.Create), Header: header(event.Create, 1)}, true))
				sums = append(sums, b.Checksum())
			}
		}
		for _, s := range sums {
			require.Equal(t, sums[0], s)
		}
	}
}

func TestRejectsNameTheirCauseAndLeaveNothing(t *testing.T) {
	b := compile(t, parseContract(t, accounts))
	require.NoError(t, b.Add(&Record{Key: []byte(`{"id":9}`), Value: envelope("null", `{"id":9,"amount":"1.00","note":"x"}`, event.Create), Header: header(event.Create, 1)}, true))
	want, rows := b.Checksum(), b.Rows()
	for name, c := range map[string]struct {
		value  string
		class  Class
		column string
	}{
		"range":           {`{"before":null,"after":{"id":1,"amount":"99999.00","note":"x"},"op":"c"}`, Range, "amount"},
		"mismatch":        {`{"before":null,"after":{"id":1,"amount":"1.00","note":7},"op":"c"}`, Mismatch, "note"},
		"null":            {`{"before":null,"after":{"id":null,"amount":"1.00","note":"x"},"op":"c"}`, Missing, "id"},
		"missing":         {`{"before":null,"after":{"id":1,"note":"x"},"op":"c"}`, Missing, "amount"},
		"twice":           {`{"before":null,"after":{"id":1,"id":1,"amount":"1.00"},"op":"c"}`, Malformed, ""},
		"no JSON":         {`{"before":null,"after":{"id":1,"amount"`, Malformed, ""},
		"broken image":    {`{"before":null,"after":{"id":1,"amount":"1.00" "note":"x"},"op":"c"}`, Malformed, ""},
		"no op":           {`{"before":null,"after":{"id":1,"amount":"1.00","note":"x"}}`, Malformed, ""},
		"another op":      {`{"before":null,"after":{"id":1,"amount":"1.00","note":"x"},"op":"u"}`, Malformed, ""},
		"no after":        {`{"before":null,"after":null,"op":"c"}`, Malformed, ""},
		"image is a text": {`{"before":null,"after":"x","op":"c"}`, Malformed, ""},
	} {
		for _, chained := range []bool{true, false} {
			err := b.Add(&Record{Offset: 5, Key: []byte(`{"id":1}`), Value: []byte(c.value), Header: header(event.Create, 2)}, chained)
			var reject *Reject
			require.ErrorAs(t, err, &reject, name)
			require.Equal(t, c.class, reject.Class, "%s: %v", name, err)
			require.Equal(t, c.column, reject.Column, "%s: %v", name, err)
			require.EqualValues(t, 5, reject.Offset)
			require.Contains(t, reject.Error(), "offset 5")
			require.Equal(t, rows, b.Rows(), name)
			require.Equal(t, want, b.Checksum(), name)
			require.NoError(t, b.Counts().Check(b.Rows()))
		}
	}
}

func TestABadKeyIsRejectedWhenItMustBeLookedUp(t *testing.T) {
	b := compile(t, parseContract(t, accounts))
	for _, key := range []string{``, `{}`, `{"id":"x"}`, `{"id":1`, `7`} {
		err := b.Add(&Record{Key: []byte(key), Value: envelope("null", `{"id":1,"amount":"1.00","note":"x"}`, event.Update), Header: header(event.Update, 2)}, false)
		var reject *Reject
		require.ErrorAs(t, err, &reject, key)
		require.ErrorIs(t, reject, errKey)
	}
	require.Zero(t, b.Open())
}

func TestUnknownOpsMakeNoRows(t *testing.T) {
	b := compile(t, parseContract(t, accounts))
	for _, op := range []event.Op{event.Truncate, event.Marking} {
		h := header(op, 1)
		err := b.Add(&Record{Value: envelope("null", "null", op), Header: h}, true)
		var reject *Reject
		require.ErrorAs(t, err, &reject)
		require.Equal(t, Malformed, reject.Class)
	}
}

func TestATableWithoutKeyIsALog(t *testing.T) {
	b := compile(t, parseContract(t, strings.Replace(accounts, "key: [id]", "key: []", 1)))
	full := `{"id":1,"amount":"1.00","note":"x"}`
	for _, r := range []struct{ before, after string }{{"null", full}, {full, full}, {full, "null"}, {`{"id":1}`, full}, {"null", "null"}} {
		op := event.Update
		if r.after == "null" {
			op = event.Delete
		}
		require.NoError(t, b.Add(&Record{Value: envelope(r.before, r.after, op), Header: header(op, 1)}, false))
	}
	require.Equal(t, Counts{Records: 5, Inserted: 2, Updated: 1, Deleted: 1, Void: 1}, b.Counts())
	require.NoError(t, b.Counts().Check(b.Rows()))
}

// A builder used for a second batch gives what a new one gives.
func TestBuildersAreReused(t *testing.T) {
	c := parseContract(t, payments)
	used := compile(t, c)
	for i := range 100 {
		require.NoError(t, used.Add(&Record{Key: paymentKey(i), Value: envelope("null", payment(i, "1"), event.Create), Header: header(event.Create, 1)}, i%2 == 0))
	}
	used.Begin(Place{Incarnation: "i1", Partition: 3})
	require.Zero(t, used.Rows())
	require.Zero(t, used.Open())
	fresh := compile(t, c)
	for _, b := range []*Builder{used, fresh} {
		require.NoError(t, b.Add(&Record{Key: paymentKey(7), Value: envelope("null", payment(7, "1"), event.Create), Header: header(event.Create, 1)}, true))
	}
	require.Equal(t, fresh.Checksum(), used.Checksum())
	require.Positive(t, used.Bytes())
	require.Equal(t, fresh.Bytes(), used.Bytes())
}

func TestNoAllocationPerRecord(t *testing.T) {
	for name, r := range map[string]*Record{
		"create": {Key: paymentKey(1), Value: envelope("null", payment(1, "12.50"), event.Create), Header: header(event.Create, 9)},
		"update": {Key: paymentKey(1), Value: envelope(payment(1, "12.50"), payment(1, "13.00"), event.Update), Header: header(event.Update, 9)},
	} {
		b := compile(t, parseContract(t, payments))
		batch := func() {
			b.Begin(Place{Incarnation: "i1"})
			for range 1000 {
				if err := b.Add(r, true); err != nil {
					t.Fatal(err)
				}
			}
		}
		batch() // grows the buffers
		require.Zero(t, testing.AllocsPerRun(10, batch), name)
	}
}
