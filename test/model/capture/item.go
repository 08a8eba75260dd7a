package capture

import "fmt"

// Item is one record in a partition: what it is, and of which commit. A partition stands
// for one key of the table; the value of the key is the number of the commit that wrote it.
type Item int8

// The kinds of items. A change of commit c is c itself; the others have a kind added to
// the number of the last commit that the snapshot holds.
const (
	change  Item = 0
	rowItem Item = 16
	begin   Item = 32
	end     Item = 48
	initial Item = 64 // a begin of a table that the topic never held
)

func (i Item) kind() Item   { return i &^ 15 }
func (i Item) commit() int8 { return int8(i & 15) }

// version sorts a snapshot's row above what it holds and below what it does not.
func (i Item) version() int8 {
	if i.kind() == rowItem {
		return 2*i.commit() + 1
	}
	return 2 * i.commit()
}

func (i Item) String() string {
	name := map[Item]string{change: "change", rowItem: "row", begin: "begin", end: "end", initial: "first begin"}[i.kind()]
	return fmt.Sprintf("%s@%d", name, i.commit())
}

// Items are the records of a partition or of a batch, from the front.
type Items [14]Item

func (l *Items) len() (n int8) {
	for int(n) < len(l) && l[n] != 0 {
		n++
	}
	return n
}

func (l *Items) add(i Item) {
	n := l.len()
	if int(n) == len(l) {
		panic("a scenario with too many records")
	}
	l[n] = i
}

// Batch is what one request carries, or what waits to be sent.
type Batch [7]Item

func (b *Batch) len() (n int8) {
	for int(n) < len(b) && b[n] != 0 {
		n++
	}
	return n
}

func (b *Batch) add(i Item) {
	n := b.len()
	if int(n) == len(b) {
		panic("a scenario with too many records on their way")
	}
	b[n] = i
}

// drop takes the first n away.
func (b *Batch) drop(n int8) {
	was := *b
	*b = Batch{}
	copy(b[:], was[n:])
}
