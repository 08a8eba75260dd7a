package replay

import (
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// Part is a partition of the topic, as far as a replay reads it.
type Part struct {
	Partition int `json:"partition"`
	// Begin is the first offset that is read, To the one that is not any more.
	Begin int64 `json:"begin"`
	To    int64 `json:"to"`
	// Incarnation, Opened and HighWater are the state below Begin, when something is.
	Incarnation string `json:"incarnation,omitempty"`
	Opened      int64  `json:"opened,omitempty"`
	HighWater   string `json:"high_water,omitempty"`

	// First and End are what the topic holds, Applied what the sink has applied of it.
	First   int64        `json:"-"`
	End     int64        `json:"-"`
	Applied int64        `json:"-"`
	Commit  ledger.Entry `json:"-"`
	// Rows of raw in what is read, and the offsets that they came from.
	Rows    int64 `json:"-"`
	Offsets int64 `json:"-"`
	// Others are rows of raw that came from an earlier incarnation of the topic.
	Others int64 `json:"-"`
}

// entry is the commit from which the workers of the copy begin.
func (p *Part) entry() (ledger.Entry, error) {
	e := ledger.Entry{Kind: ledger.Done, Next: p.Begin}
	if p.Begin == 0 {
		return e, nil
	}
	e.State.Incarnation, e.State.Opened = p.Incarnation, p.Opened
	if p.HighWater == "" {
		return e, nil
	}
	var err error
	e.State.HighWater, err = position.Parse(p.HighWater)
	return e, err
}

// incarnation of the topic that is read; "" before anything of it was applied.
func incarnation(parts []Part) string {
	for i := range parts {
		if parts[i].Incarnation != "" {
			return parts[i].Incarnation
		}
	}
	return ""
}

// last is the highest partition.
func last(parts []Part) (n int) {
	for i := range parts {
		n = max(n, parts[i].Partition)
	}
	return n
}

// below is the condition on rows of raw that they lie below what is read, or come from an
// earlier incarnation.
func below(parts []Part) string {
	arms := []string{"_incarnation != " + clickhouse.Text(incarnation(parts))}
	for _, p := range parts {
		if p.Begin > 0 {
			arms = append(arms, fmt.Sprintf("(_partition = %d AND _offset < %d)", p.Partition, p.Begin))
		}
	}
	return "(" + strings.Join(arms, " OR ") + ")"
}

// within is the condition on rows of raw that they lie in what is read of a partition.
func (p *Part) within() string {
	return fmt.Sprintf("_incarnation = %s AND _partition = %d AND _offset >= %d AND _offset < %d", clickhouse.Text(p.Incarnation), p.Partition, p.Begin, p.To)
}
