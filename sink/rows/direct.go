package rows

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// checkOp refuses what makes no rows, and an envelope that contradicts its header.
func checkOp(h *event.Header, env *wire.Envelope) error {
	switch h.Op {
	case event.Create, event.Read, event.Update, event.Delete:
	default:
		return fmt.Errorf("op %q makes no rows", h.Op)
	}
	if env.Op != h.Op {
		return fmt.Errorf("the header says op %q, the envelope %q", h.Op, env.Op)
	}
	absent := env.After.Kind == wire.None || env.After.IsNull()
	if absent != (h.Op == event.Delete) && !(absent && h.Op == event.Update) {
		return fmt.Errorf("op %q with after image %s", h.Op, env.After.Kind)
	}
	return nil
}

// direct writes the rows of a record whose before image is what raw holds. It gives
// false when that image is not there or cannot be a row, and the record has to be held.
func (b *Builder) direct(r *Record, hash uint64, env *wire.Envelope) (done bool, f *fault) {
	base := b.meta.rows()
	retracts := r.Header.Op == event.Update || r.Header.Op == event.Delete
	if !retracts && env.Unchanged.Kind != wire.None { // a key change, without the rest of the old row
		return false, nil
	}
	if retracts {
		if env.Before.Kind == wire.None || env.Before.IsNull() {
			return false, nil
		}
		// An image that does not fit the columns cannot be what raw holds.
		if _, f := b.layout.image(b.cols, base, env.Before, wire.Token{}); f != nil {
			return false, nil
		}
	}
	if r.Header.Op != event.Delete {
		if env.After.IsNull() {
			truncate(b.cols, base)
			return false, nil
		}
		if f := b.after(base, retracts, env); f != nil {
			return false, f
		}
	}
	if retracts {
		b.meta.add(-1, &r.Header, r.Offset)
	}
	if r.Header.Op != event.Delete {
		b.meta.add(+1, &r.Header, r.Offset)
	}
	b.counts.chained(r.Header.Op)
	b.trail.add(hash, r.Key, b.meta.rows()-1)
	return true, nil
}

// after writes the +1 row; unchanged columns come from the before image's row.
func (b *Builder) after(base int, retracts bool, env *wire.Envelope) *fault {
	at := base
	if retracts {
		at++
	}
	lent, f := b.layout.image(b.cols, at, env.After, env.Unchanged)
	if f == nil && len(lent) > 0 && !retracts {
		f = &fault{class: Toast, column: b.layout.contract.Columns[lent[0]].Name, err: errNoImage}
	}
	if f != nil {
		truncate(b.cols, base)
		return f
	}
	for _, c := range lent {
		b.cols[c].Truncate(at)
		b.cols[c].AppendFrom(b.cols[c], base)
	}
	return nil
}

// log writes what the record says, for a table without a key: nothing can be looked up,
// and only the log of changes is kept.
func (b *Builder) log(r *Record, env *wire.Envelope) *fault {
	base := b.meta.rows()
	before, after := false, false
	if env.Before.Kind != wire.None && !env.Before.IsNull() {
		_, f := b.layout.image(b.cols, base, env.Before, wire.Token{})
		before = f == nil // a partial image takes nothing back
	}
	if r.Header.Op != event.Delete && !env.After.IsNull() {
		if f := b.after(base, before, env); f != nil {
			return f
		}
		after = true
	}
	if before {
		b.meta.add(-1, &r.Header, r.Offset)
	}
	if after {
		b.meta.add(+1, &r.Header, r.Offset)
	}
	b.counts.wrote(before, after)
	return nil
}
