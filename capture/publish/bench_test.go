package publish

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/recordbatch"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
)

// What the source's loop pays per record of 400 bytes: hash, copy, header, commit every
// ten records; batches are sealed as a sender does, and thrown away.
func BenchmarkAppend(b *testing.B) {
	p, t, keys := bench(512 << 10)
	value := make([]byte, 400)
	b.SetBytes(int64(len(value)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		if err := p.Append(t, keys[i%len(keys)], value, change(uint64(i), 1)); err != nil {
			b.Fatal(err)
		}
		if i%10 == 0 {
			if err := p.Commit(at(uint64(i))); err != nil {
				b.Fatal(err)
			}
			drop(p, t)
		}
	}
}

// bench is a publisher without a broker.
func bench(batch int) (*Publisher, *Topic, [][]byte) {
	cfg := Config{Source: "pg", BatchBytes: batch}.withDefaults()
	p := newPublisher(context.Background(), cfg)
	t := &Topic{name: "pg.public.a"}
	for i := range 4 {
		t.parts = append(t.parts, &partition{topic: t.name, id: i, slot: new(int64), limit: batch - 4,
			pool: &p.pool, budget: p.budget, wake: make(chan struct{}, 1)})
	}
	var keys [][]byte
	for i := range 1024 {
		keys = append(keys, fmt.Appendf(nil, `{"id":%d}`, i))
	}
	return p, t, keys
}

// drop stands in for the senders.
func drop(p *Publisher, t *Topic) {
	for _, part := range t.parts {
		for b := part.take(); b != nil; b = part.take() {
			b.Seal(recordbatch.Producer{})
			for _, r := range part.ack(b, part.end) {
				p.ledger.resolve(r.barrier, advance{part.slot, r.next})
			}
			p.budget.give(b.taken)
			part.recycle(b)
		}
	}
	if p.ledger.due() {
		p.ledger.settle("pg")
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	p, tt, keys := bench(512 << 10)
	value := make([]byte, 400)
	i := 0
	per := testing.AllocsPerRun(20_000, func() {
		i++
		require.NoError(t, p.Append(tt, keys[i%len(keys)], value, change(1, uint64(i))))
		drop(p, tt)
	})
	require.Zero(t, per)
}

// A partition that rests must not hold a full batch's room.
func TestQuietPartitionsHoldLittle(t *testing.T) {
	p, tt, _ := bench(512 << 10)
	for _, part := range tt.parts {
		part.append([]byte("k"), make([]byte, 100), "", nil)
		require.LessOrEqual(t, cap(part.open.Buffer()), smallest)
	}
	require.Equal(t, tt.parts[topic.Partition([]byte("k"), 4)].topic, "pg.public.a")
	require.Zero(t, p.pool.kept)
}
