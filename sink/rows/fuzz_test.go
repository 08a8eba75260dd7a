package rows

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// Whatever a record holds, the builder takes all of it or nothing, and says which.
func FuzzAdd(f *testing.F) {
	for _, op := range []event.Op{event.Create, event.Update, event.Delete} {
		f.Add(false, true, byte(op), paymentKey(1), envelope(payment(1, "1"), payment(1, "2"), op))
		f.Add(true, true, byte(op), []byte(`{"id":"{\"$oid\":\"507f1f77bcf86cd799439011\"}"}`), mongoValue(order, order, op))
	}
	f.Add(false, false, byte('u'), paymentKey(1), []byte(`{"before":null,"after":{"id":1},"unchanged":["amount"],"op":"u"}`))
	builders := map[bool]*Builder{false: compile(f, parseContract(f, payments)), true: compile(f, parseContract(f, orders))}
	f.Fuzz(func(t *testing.T, mongo, chained bool, op byte, key, value []byte) {
		b := builders[mongo]
		b.Begin(Place{Incarnation: "i"})
		require.NoError(t, b.Add(validRecord(mongo), true))
		rows, sum, open := b.Rows(), b.Checksum(), b.Open()
		err := b.Add(&Record{Offset: 1, Key: key, Value: value, Header: header(event.Op(op), 9)}, chained)
		require.NoError(t, b.Counts().Check(b.Rows()))
		b.Checksum()
		if err != nil {
			require.IsType(t, &Reject{}, err)
			require.Equal(t, rows, b.Rows())
			require.Equal(t, open, b.Open())
			require.Equal(t, sum, b.Checksum())
		}
	})
}

func validRecord(mongo bool) *Record {
	if mongo {
		return mongoRecord(event.Create, 1, "", order)
	}
	return &Record{Key: paymentKey(5), Value: envelope("null", payment(5, "1"), event.Create), Header: header(event.Create, 1)}
}
