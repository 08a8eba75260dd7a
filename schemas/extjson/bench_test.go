package extjson

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func everything(t testing.TB) (docs [][]byte, bytes int) {
	for _, g := range goldens(t) {
		docs, bytes = append(docs, g.doc), bytes+len(g.doc)
	}
	return docs, bytes
}

func TestNothingIsAllocated(t *testing.T) {
	docs, _ := everything(t)
	buf := make([]byte, 0, 1<<16)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		for _, doc := range docs {
			buf, _ = AppendQuoted(buf[:0], doc)
		}
	}))
}

func BenchmarkAppendQuoted(b *testing.B) {
	docs, bytes := everything(b)
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	buf := make([]byte, 0, 1<<16)
	for b.Loop() {
		for _, doc := range docs {
			buf, _ = AppendQuoted(buf[:0], doc)
		}
	}
}
