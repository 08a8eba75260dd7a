package rows

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
)

func benchAdd(b *testing.B, text string, r *Record) {
	bu := compile(b, parseContract(b, text))
	require.NoError(b, bu.Add(r, true))
	b.SetBytes(int64(len(r.Value)))
	b.ReportAllocs()
	n, before := 0, cpu()
	for b.Loop() {
		if n++; n == 50_000 {
			bu.Begin(Place{Incarnation: "i1"})
			n = 0
		}
		if err := bu.Add(r, true); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cpu()-before)/float64(b.N), "cpu-ns/op")
}

// cpu is the process's CPU time so far in nanoseconds: on a shared machine the clock on
// the wall says little.
func cpu() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

func BenchmarkAddCreate(b *testing.B) {
	benchAdd(b, payments, &Record{Offset: 7, Key: paymentKey(1), Value: envelope("null", payment(1, "12.50"), event.Create), Header: header(event.Create, 9)})
}

func BenchmarkAddUpdate(b *testing.B) {
	benchAdd(b, payments, &Record{Offset: 7, Key: paymentKey(1), Value: envelope(payment(1, "12.50"), payment(1, "13.00"), event.Update), Header: header(event.Update, 9)})
}

func BenchmarkAddDocument(b *testing.B) {
	benchAdd(b, orders, mongoRecord(event.Create, 1, "", order))
}

func BenchmarkChecksum(b *testing.B) {
	bu := compile(b, parseContract(b, payments))
	for i := range 50_000 {
		require.NoError(b, bu.Add(&Record{Offset: int64(i), Key: paymentKey(i), Value: envelope("null", payment(i, "12.50"), event.Create), Header: header(event.Create, 9)}, true))
	}
	b.ReportAllocs()
	for b.Loop() {
		bu.Checksum()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/50_000, "ns/row")
}
