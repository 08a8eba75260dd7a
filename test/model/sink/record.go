package sink

// Kind says what a record of the topic is.
type Kind int8

// The kinds of records.
const (
	// Put is an insert or an update, Delete a delete.
	Put Kind = iota
	Delete
	// Read is a row of a snapshot, between Begin and End.
	Read
	Begin
	End
)

// Record is one record of the topic. Its offset is its place.
type Record struct {
	Kind                Kind
	Key, Version, Value int8
	// Chained: the record carries the image before it, Before (0: there was none).
	Chained bool
	Before  int8
	// Bad records are refused and become dead letters.
	Bad bool
	// Repair: sent again on purpose, out of its order.
	Repair bool
	// Initial, of Begin: the topic never held the table before, and all rows are exact.
	Initial bool
}

func put(key, version, value int8) Record {
	return Record{Key: key, Version: version, Value: value}
}

// update is a Put that carries its before image.
func update(key, version, value, before int8) Record {
	return Record{Key: key, Version: version, Value: value, Chained: true, Before: before}
}

func del(key, version, before int8) Record {
	return Record{Kind: Delete, Key: key, Version: version, Chained: before != 0, Before: before}
}

func read(key, version, value int8) Record {
	return Record{Kind: Read, Key: key, Version: version, Value: value}
}

func bad(r Record) Record {
	r.Bad = true
	return r
}

func repair(r Record) Record {
	r.Repair, r.Bad = true, false
	return r
}
