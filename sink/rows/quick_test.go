package rows

import (
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// both builds a record the quick way and the thorough way. It reports whether the quick
// way took it.
func both(t testing.TB, contract string, r *Record) bool {
	t.Helper()
	quick, thorough := pair(t, contract)
	hash := xxhash.Sum64(r.Key)
	if !quick.quick(r, hash) {
		require.Zero(t, quick.Rows())
		quick.Checksum()
		return false
	}
	env, err := wire.ParseEnvelope(r.Value)
	require.NoError(t, err)
	require.NoError(t, checkOp(&r.Header, &env))
	done, f := thorough.direct(r, hash, &env)
	require.True(t, done)
	require.Nil(t, f)
	require.Equal(t, thorough.Checksum(), quick.Checksum())
	require.Equal(t, thorough.Counts(), quick.Counts())
	require.Equal(t, thorough.trail.steps, quick.trail.steps)
	return true
}

// pairs are two builders per contract, compiled once: fuzzing compiles nothing.
var pairs = map[string][2]*Builder{}

func pair(t testing.TB, contract string) (*Builder, *Builder) {
	t.Helper()
	if _, ok := pairs[contract]; !ok {
		c := parseContract(t, contract)
		pairs[contract] = [2]*Builder{compile(t, c), compile(t, c)}
	}
	p := pairs[contract]
	for _, b := range p {
		b.Begin(Place{Incarnation: "i"})
	}
	return p[0], p[1]
}

func TestTheQuickWayIsTakenForWhatCaptureWrites(t *testing.T) {
	for _, op := range []event.Op{event.Create, event.Read, event.Update, event.Delete} {
		before, after, mongoBefore, mongoAfter := "null", payment(1, "1.50"), "", order
		if op == event.Update || op == event.Delete {
			before, mongoBefore = payment(1, "-7"), order
		}
		if op == event.Delete {
			after, mongoAfter = "null", ""
		}
		require.True(t, both(t, payments, &Record{Key: paymentKey(1), Value: envelope(before, after, op), Header: header(op, 1)}), op)
		require.True(t, both(t, orders, mongoRecord(op, 1, mongoBefore, mongoAfter)), op)
		require.True(t, both(t, paths, mongoRecord(op, 1, mongoBefore, mongoAfter)), op)
	}
	arrays := strings.Replace(accounts, "note, type: text, nullable: true", `note, type: "text[]"`, 1)
	require.True(t, both(t, arrays, &Record{Value: envelope("null", `{"id":1,"amount":"1.00","note":["]",null]}`, event.Create), Header: header(event.Create, 1)}))
}

// What stands anywhere else than where capture puts it is left to the thorough way.
func TestTheQuickWayLeavesTheRest(t *testing.T) {
	full := `{"id":1,"amount":"1.00","note":"x"}`
	for name, value := range map[string]string{
		"unchanged":     `{"before":` + full + `,"after":{"id":1,"amount":"1.00"},"unchanged":["note"],"source":{},"op":"u","ts_ms":1}`,
		"another op":    `{"before":` + full + `,"after":` + full + `,"source":{},"op":"c","ts_ms":1}`,
		"no before":     `{"before":null,"after":` + full + `,"source":{},"op":"u","ts_ms":1}`,
		"no after":      `{"before":` + full + `,"after":null,"source":{},"op":"u","ts_ms":1}`,
		"white space":   `{"before":` + full + `,"after": ` + full + `,"source":{},"op":"u","ts_ms":1}`,
		"other order":   `{"after":` + full + `,"before":` + full + `,"source":{},"op":"u","ts_ms":1}`,
		"broken":        `{"before":` + full + `,"after":{"id":1`,
		"broken escape": `{"before":` + full + `,"after":{"id":1,"amount":"1.00","note":"\x"},"source":{},"op":"u","ts_ms":1}`,
		"bad value":     `{"before":` + full + `,"after":{"id":1,"amount":"x","note":"x"},"source":{},"op":"u","ts_ms":1}`,
		"twice":         `{"before":` + full + `,"after":{"id":1,"id":1,"amount":"1.00","note":"x"},"source":{},"op":"u","ts_ms":1}`,
		"missing":       `{"before":` + full + `,"after":{"id":1,"note":"x"},"source":{},"op":"u","ts_ms":1}`,
		"an object":     `{"before":` + full + `,"after":{"id":1,"amount":"1.00","note":"x","o":{}},"source":{},"op":"u","ts_ms":1}`,
		"no exponent":   `{"before":` + full + `,"after":{"id":1e+,"amount":"1.00","note":"x"},"source":{},"op":"u","ts_ms":1}`,
		"a leading 0":   `{"before":` + full + `,"after":{"id":01,"amount":"1.00","note":"x"},"source":{},"op":"u","ts_ms":1}`,
		"a bare point":  `{"before":` + full + `,"after":{"id":1.,"amount":"1.00","note":"x"},"source":{},"op":"u","ts_ms":1}`,
		"no tail":       `{"before":` + full + `,"after":` + full + `,"source":{}`,
		"short tail":    `{"before":` + full + `,"after":` + full + `,"source":{},"op":"u`,
		"nothing":       ``,
	} {
		require.False(t, both(t, accounts, &Record{Value: []byte(value), Header: header(event.Update, 1)}), name)
	}
}

// paths is orders without the column that is the whole document, so that the document is
// walked in place.
var paths = strings.Replace(orders, `  - {name: document, path: ".", type: json}`, "", 1)

// Where the quick way takes an image, the thorough way makes the same rows of it.
func FuzzQuick(f *testing.F) {
	f.Add(false, payment(1, "1"), payment(1, "2"))
	f.Add(true, order, order)
	f.Add(true, `{"_id":{"$oid":"507f1f77bcf86cd799439011"},"status":"a","items":[{"price":1e2}]}`, order)
	f.Fuzz(func(t *testing.T, mongo bool, before, after string) {
		if mongo {
			r := mongoRecord(event.Update, 1, before, after)
			both(t, orders, r)
			both(t, paths, r)
			return
		}
		for _, image := range []string{before, after} {
			if _, err := wire.Parse([]byte(image)); err != nil {
				return
			}
		}
		both(t, payments, &Record{Key: paymentKey(1), Value: envelope(before, after, event.Update), Header: header(event.Update, 1)})
	})
}
