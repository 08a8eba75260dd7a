// Package stream reads a MongoDB change stream: events as bytes, taken apart without decoding, in batches that say how far
// the server has looked.
package stream

// Kind is an event's operationType, as far as it matters here.
type Kind byte

// The kinds. Other is for what showExpandedEvents adds and nobody asked for.
const (
	Other Kind = iota
	Insert
	Update
	Replace
	Delete
	Drop
	Rename
	DropDatabase
	Invalidate
)

var kinds = map[string]Kind{
	"insert": Insert, "update": Update, "replace": Replace, "delete": Delete,
	"drop": Drop, "rename": Rename, "dropDatabase": DropDatabase, "invalidate": Invalidate,
}

// kindOf names the kind; a switch on the bytes, because it runs per event.
func kindOf(name []byte) Kind {
	switch string(name) {
	case "insert":
		return Insert
	case "update":
		return Update
	case "replace":
		return Replace
	case "delete":
		return Delete
	}
	return kinds[string(name)]
}
