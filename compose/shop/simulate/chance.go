package simulate

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"time"
)

// chance is the shop's one source of luck: the same seed makes the same shop.
type chance struct{ *rand.Rand }

func newChance(seed, nth uint64) chance { return chance{rand.New(rand.NewPCG(seed, nth))} }

func (c chance) happens(probability float64) bool { return c.Float64() < probability }

// between is even over [low, high].
func (c chance) between(low, high int) int { return low + c.IntN(high-low+1) }

func (c chance) within(low, high time.Duration) time.Duration {
	return low + time.Duration(c.Float64()*float64(high-low)).Truncate(time.Millisecond)
}

func (c chance) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(c.Uint32())
	}
	return b
}

func (c chance) hex(n int) string { return hex.EncodeToString(c.bytes(n / 2)) }

func (c chance) uuid() string {
	b := c.bytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func pick[T any](c chance, from []T) T { return from[c.IntN(len(from))] }

// weighted picks by weight; the weights' sum may be anything.
func weighted[T any](c chance, from []T, weights []int) T {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := c.IntN(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return from[i]
		}
	}
	return from[len(from)-1]
}
