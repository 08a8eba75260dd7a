package apply_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// history makes the signed rows of random inserts, updates and deletes of one table, and knows what is left.
type history struct {
	*rand.Rand
	contract *contract.Contract
	live     map[int]map[string]any
	rows     []string
	version  int
}

func newHistory(c *contract.Contract, seed uint64) *history {
	return &history{Rand: rand.New(rand.NewPCG(seed, 7)), contract: c, live: map[int]map[string]any{}}
}

// change touches one of a few keys, so that most are touched again and again.
func (h *history) change(t *testing.T) {
	h.version++
	key := h.IntN(60)
	before, there := h.live[key]
	switch {
	case !there:
		h.live[key] = h.image(key)
		h.emit(t, h.live[key], 1, "c")
	case h.IntN(5) == 0:
		delete(h.live, key)
		h.emit(t, before, -1, "d")
	default:
		h.emit(t, before, -1, "u")
		h.live[key] = h.image(key)
		h.emit(t, h.live[key], 1, "u")
	}
}

func (h *history) emit(t *testing.T, image map[string]any, sign int, op string) {
	row := map[string]any{"_sign": sign, "_op": op, "_version": h.version, "_incarnation": "i1", "_offset": h.version}
	for k, v := range image {
		row[k] = v
	}
	text, err := json.Marshal(row)
	require.NoError(t, err)
	h.rows = append(h.rows, string(text))
}

// image makes a row whose arrays are as long as one another within a prefix (item_, history_).
func (h *history) image(key int) map[string]any {
	lengths := map[string]int{"item": h.IntN(4), "history": 1 + h.IntN(3)}
	row := map[string]any{}
	for i, col := range h.contract.Columns {
		if element, ok := strings.CutPrefix(col.ClickHouse, "Array("); ok {
			prefix, _, _ := strings.Cut(col.Name, "_")
			values := []any{}
			for range lengths[prefix] {
				values = append(values, h.value(col.Name, strings.TrimSuffix(element, ")")))
			}
			row[col.Name] = values
			continue
		}
		row[col.Name] = h.value(col.Name, col.ClickHouse)
		for _, k := range h.contract.Key {
			if k == i {
				row[col.Name] = keyValue(key, col.ClickHouse)
			}
		}
	}
	return row
}

func keyValue(key int, t string) any {
	switch {
	case strings.HasPrefix(t, "Int"):
		return key % 3
	case t == "UUID":
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", key)
	}
	return fmt.Sprintf("key-%04d", key)
}

var words = map[string][]string{
	"kind": {"payment", "refund"}, "status": {"captured", "pending", "failed", "canceled", "delivered", "unavailable", "lost"},
	"history_status": {"created", "approved", "shipped", "delivered", "canceled"},
	"currency":       {"BRL", "USD"}, "state": {"SP", "RJ", "MG"},
}

func (h *history) value(name, t string) any {
	if strings.Contains(t, "Nullable(") && h.IntN(4) == 0 {
		return nil
	}
	switch {
	case strings.Contains(t, "Decimal("):
		return fmt.Sprintf("%d.%02d", h.IntN(900), h.IntN(100))
	case strings.Contains(t, "DateTime64"):
		return fmt.Sprintf("2026-03-%02d %02d:%02d:00", 1+h.IntN(4), h.IntN(24), h.IntN(60))
	case strings.Contains(t, "Int"):
		return h.IntN(9)
	case strings.Contains(t, "Bool"):
		return h.IntN(2) == 0
	case strings.Contains(t, "UUID"):
		return fmt.Sprintf("00000000-0000-4000-9000-%012d", h.IntN(50))
	}
	if choices := words[name]; choices != nil {
		return choices[h.IntN(len(choices))]
	}
	return fmt.Sprintf("%s %d", name, h.IntN(4))
}
