package pgoutput

// State says whether and how a column's value was sent.
type State byte

// The states of a value.
const (
	Null State = 'n'
	// Unchanged is a value stored out of line (TOAST) that an update did not touch: the server does not send it.
	Unchanged State = 'u'
	Text      State = 't'
	Binary    State = 'b' // only if the stream was started with binary on
)

// Value is one column's value; Data is empty unless State is Text or Binary.
type Value struct {
	State State
	Data  []byte
}

// Tuple is a row, one value per column of its Relation. Parsing reuses its memory.
type Tuple []Value

func (t *Tuple) parse(r *reader) {
	values := (*t)[:0]
	for n := r.uint16(); n > 0 && !r.failed; n-- {
		v := Value{State: State(r.uint8())}
		switch v.State {
		case Text, Binary:
			v.Data = r.take(int(int32(r.uint32())))
		case Null, Unchanged:
		default:
			r.failed = true
		}
		values = append(values, v)
	}
	*t = values
}
