package event

// Op is what happened to a row, in Debezium's letters.
type Op byte

// The operations. A snapshot row is a Read; a Marker means something by its place in
// the order and goes to every partition of its topic.
const (
	Create   Op = 'c'
	Update   Op = 'u'
	Delete   Op = 'd'
	Read     Op = 'r'
	Truncate Op = 't'
	Marking  Op = 'm'
)

// Known reports whether op is one of the operations above.
func (op Op) Known() bool {
	switch op {
	case Create, Update, Delete, Read, Truncate, Marking:
		return true
	}
	return false
}

// String gives the letter.
func (op Op) String() string { return string(rune(op)) }

// Flags qualify a record's images.
type Flags byte

// Chained says that the images of this record continue the key's chain: the before
// image, where there is one, is complete and is what the key's previous record left;
// the after image is the row at exactly this position. Without it the sink retracts
// what it holds of the key instead of what the record says.
const Chained Flags = 1

// Chained reports whether the flag is set.
func (f Flags) Chained() bool { return f&Chained != 0 }

// Repair says that the record is sent again on purpose, out of its order: a dead letter
// that is retried, a row that was found to differ. Position and content are the
// original's. The sink neither drops it for its position nor lets the position pass for
// the newest one; it applies it only where what it holds of the key is older.
const Repair Flags = 2

// Repair reports whether the flag is set.
func (f Flags) Repair() bool { return f&Repair != 0 }

// Restate says that the record is all that the source holds of the key at its position, whatever
// was said of it before: a reconciliation asked for it. The sink takes back everything that it
// holds of the key, and a delete leaves a trace even where there is nothing to take back. It
// comes with Repair.
const Restate Flags = 4

// Restate reports whether the flag is set.
func (f Flags) Restate() bool { return f&Restate != 0 }

// flagsAt is where the flags stand in a header.
const flagsAt = 2

// AsRepair copies a header with the Repair flag set. It fails as ParseHeader does.
func AsRepair(header []byte) ([]byte, error) {
	if _, err := ParseHeader(header); err != nil {
		return nil, err
	}
	out := append([]byte(nil), header...)
	out[flagsAt] |= byte(Repair)
	return out, nil
}
