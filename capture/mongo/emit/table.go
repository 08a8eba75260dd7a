// Package emit makes records of MongoDB's change events and snapshot rows: keys, envelopes and versions, without an
// allocation per event.
package emit

import (
	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/resume"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// Records takes what is emitted; publish.Publisher is one.
type Records interface {
	Append(t *publish.Topic, key, value []byte, h event.Header) error
	Tombstone(t *publish.Topic, key []byte) error
	Broadcast(t *publish.Topic, key, value []byte, h event.Header) error
}

// Table is a captured collection.
type Table struct {
	Contract  *contract.Contract
	Topic     *publish.Topic
	Namespace stream.Namespace
	// State is the collection's part of the resume state; emitting raises its Fuzzy.
	State *resume.Collection

	template wire.Template
	// Ordinals count per collection, not over all: adding a collection then leaves the versions of the others as they
	// were, so that events sent again after that restart are still known by them.
	time    clock.Time
	ordinal uint64
}

// NewTable makes the table of a contract. source is the source's name in capture's config.
func NewTable(c *contract.Contract, topic *publish.Topic, source string, state *resume.Collection) *Table {
	return &Table{
		Contract: c, Topic: topic, State: state,
		Namespace: stream.Namespace{Database: c.Namespace, Collection: c.Table},
		template:  wire.Source{Connector: "mongodb", Name: source, Database: c.Namespace, Collection: c.Table}.Template(),
	}
}

// Of reports whether the table is the collection of that name.
func (t *Table) Of(database, collection []byte) bool {
	return string(collection) == t.Namespace.Collection && string(database) == t.Namespace.Database
}

// next is the ordinal of the table's next record at that clusterTime, from 1.
func (t *Table) next(at clock.Time) uint64 {
	if t.time != at {
		t.time, t.ordinal = at, 0
	}
	t.ordinal++
	return t.ordinal
}

// fuzzy notes that an image was published which shows the document as of until.
func (t *Table) fuzzy(until clock.Time) { t.State.Fuzzy = max(t.State.Fuzzy, until) }
