package rows

import (
	"bytes"

	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// quick writes the rows of a record that is laid out exactly as capture writes it, in
// one pass over its images and none over the rest: more than half of the time of a
// record went into finding the ends of things that are read again or not at all. It
// gives false, with nothing written, for every other record; direct reads those and
// says what is wrong with them.
func (b *Builder) quick(r *Record, hash uint64) bool {
	base := b.meta.rows()
	op := r.Header.Op
	minus, plus := op == event.Update || op == event.Delete, op != event.Delete
	if op != event.Create && op != event.Read && !minus {
		return false
	}
	rest, ok := b.quickImage(r.Value, `{"before":`, minus)
	if ok {
		rest, ok = b.quickImage(rest, `,"after":`, plus)
	}
	if !ok || !quickTail(rest, op) {
		truncate(b.cols, base)
		return false
	}
	if minus {
		b.meta.add(-1, &r.Header, r.Offset)
	}
	if plus {
		b.meta.add(+1, &r.Header, r.Offset)
	}
	b.counts.wrote(minus, plus)
	b.trail.add(hash, r.Key, b.meta.rows()-1)
	return true
}

// quickImage reads a member's name and then its image as a row, or null.
func (b *Builder) quickImage(text []byte, name string, image bool) (rest []byte, ok bool) {
	rest, ok = bytes.CutPrefix(text, []byte(name))
	if !ok || !image {
		rest, null := bytes.CutPrefix(rest, []byte("null"))
		return rest, ok && null
	}
	if rest, ok = b.layout.decoder.quick(b.cols, rest); !ok {
		return nil, false
	}
	_, f := b.layout.fill(b.cols, b.layout.decoder.absent(), noToken)
	return rest, f == nil
}

// quickTail checks that the source block follows, so that no column is listed as
// unchanged, and that the envelope's own op, which stands near the end, agrees.
func quickTail(rest []byte, op event.Op) bool {
	const most = len(`},"op":"c","ts_ms":-9223372036854775808}`)
	if !bytes.HasPrefix(rest, []byte(`,"source":{`)) {
		return false
	}
	end := rest[max(0, len(rest)-most):]
	i := bytes.LastIndex(end, []byte(`},"op":"`))
	const at = len(`},"op":"`)
	return i >= 0 && len(end) > i+at+1 && end[i+at] == byte(op) && end[i+at+1] == '"' && end[len(end)-1] == '}'
}
