package recordbatch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A batch of 512 KiB with values of 400 bytes, sealed each time it is full.
func BenchmarkAppendAndSeal(b *testing.B) {
	key, value, header := make([]byte, 40), make([]byte, 400), make([]byte, 32)
	var w Builder
	w.Reset(make([]byte, 0, 600<<10), 0)
	b.ReportAllocs()
	b.SetBytes(int64(len(value)))
	for b.Loop() {
		w.Append(0, key, value, "tidemark", header)
		if w.Len() > 512<<10 {
			w.Seal(NoProducer)
			w.Reset(w.Buffer(), 0)
		}
	}
}

func BenchmarkIterate(b *testing.B) {
	raw := full()
	b.ReportAllocs()
	n, left := 0, 0
	var it Iter
	for b.Loop() {
		if left == 0 {
			batch, _, _ := Parse(raw)
			it, left = batch.Iter(batch.Payload()), batch.Count
		}
		it.Next()
		n += len(it.Record.Value)
		left--
	}
	if n == 0 {
		b.Fatal("nothing read")
	}
}

func full() []byte {
	var w Builder
	w.Reset(nil, 0)
	for w.Len() < 512<<10 {
		w.Append(0, make([]byte, 40), make([]byte, 400), "tidemark", make([]byte, 32))
	}
	return w.Seal(NoProducer)
}

func TestNoAllocationPerRecord(t *testing.T) {
	var w Builder
	w.Reset(make([]byte, 0, 64<<10), 0)
	key, value, header := make([]byte, 40), make([]byte, 400), make([]byte, 32)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		w.Reset(w.Buffer(), 0)
		w.Append(0, key, value, "tidemark", header)
		w.Seal(NoProducer)
	}))
	raw := full()
	require.Zero(t, testing.AllocsPerRun(10, func() {
		batch, _, _ := Parse(raw)
		it := batch.Iter(batch.Payload())
		for it.Next() {
			it.Record.Header("tidemark")
		}
	}))
}
