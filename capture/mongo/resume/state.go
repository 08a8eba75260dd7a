// Package resume is what the MongoDB source keeps in its watermark to go on from there.
package resume

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
)

// State is kept at a complete clusterTime, which the watermark's position holds.
type State struct {
	// Token is the resume token after the last event of that clusterTime; empty: start at the clusterTime itself.
	Token bson.Raw
	// Proven is a token, at Token or before, up to which the stream is known to have no gap: the server's history reached
	// back to it after all that lies between was read.
	Proven bson.Raw
	// Witness is an event that was handed on. A server that no longer has it is another one, or was set back.
	Witness Witness
	// Set is the replica set's name: another one's tokens mean nothing here.
	Set string
	// Collections says how far each collection's snapshot is, by "database.collection".
	Collections map[string]*Collection

	rendered []byte // Collections as JSON; nil after Touch
}

// Witness is the first event of a clusterTime and where to find it.
type Witness struct {
	// After is the token in front of it; empty: there is no witness yet.
	After bson.Raw
	At    clock.Time
	// Wall is the server's time of day at its commit, in microseconds since 1970; 0: not known.
	Wall int64
}

// Collection is one collection's part. A collection that is not there yet wants a snapshot.
type Collection struct {
	// Snapshot is the id of the snapshot under way, from its begin mark to its end mark.
	Snapshot string `json:"snapshot,omitempty"`
	// Last is the document {_id: ...} of the last row that was published; empty: none yet.
	Last []byte `json:"last,omitempty"`
	// Rows is how many were published.
	Rows uint64 `json:"rows"`
	// Scanned is when the last row was read; the snapshot ends when the stream is past it. Zero: still scanning.
	Scanned clock.Time `json:"scanned,omitempty"`
	// Fuzzy is up to when published images may show a later state than their version says: rows of a scan and look-ups.
	// Events up to it do not continue the chain of images; later ones do, because whatever such an image showed was
	// written by then.
	Fuzzy clock.Time `json:"fuzzy,omitempty"`
	// Done is set when the snapshot has ended.
	Done bool `json:"done,omitempty"`
}

// wireState is State in the watermark.
type wireState struct {
	Token       []byte                 `json:"token,omitempty"`
	Proven      []byte                 `json:"proven,omitempty"`
	After       []byte                 `json:"witness_after,omitempty"`
	At          clock.Time             `json:"witness,omitempty"`
	Wall        int64                  `json:"witness_wall,omitempty"`
	Set         string                 `json:"set,omitempty"`
	Collections map[string]*Collection `json:"collections"`
}

// Parse reads what Append wrote. Empty input gives an empty state.
func Parse(text json.RawMessage) (*State, error) {
	s := &State{Collections: map[string]*Collection{}}
	if len(text) == 0 {
		return s, nil
	}
	var w wireState
	if err := json.Unmarshal(text, &w); err != nil {
		return nil, fmt.Errorf("resume state of the last watermark: %w", err)
	}
	s.Token, s.Proven, s.Set = w.Token, w.Proven, w.Set
	s.Witness = Witness{After: w.After, At: w.At, Wall: w.Wall}
	for name, c := range w.Collections {
		if c != nil {
			s.Collections[name] = c
		}
	}
	return s, nil
}

// Touch says that Collections changed.
func (s *State) Touch() { s.rendered = nil }

// Encode gives the JSON with another token in s.Token's place. It runs per commit, so what seldom changes is kept.
func (s *State) Encode(token bson.Raw) json.RawMessage {
	if s.rendered == nil {
		s.rendered, _ = json.Marshal(s.Collections) // strings, numbers and bytes always marshal
	}
	w := &s.Witness
	b := make([]byte, 0, base64.StdEncoding.EncodedLen(len(token)+len(s.Proven)+len(w.After))+len(s.Set)+len(s.rendered)+192)
	b = append(b, `{"token":"`...)
	b = base64.StdEncoding.AppendEncode(b, token)
	b = append(b, `","proven":"`...)
	b = base64.StdEncoding.AppendEncode(b, s.Proven)
	b = append(b, `","witness_after":"`...)
	b = base64.StdEncoding.AppendEncode(b, w.After)
	b = append(b, `","witness":`...)
	b = strconv.AppendUint(b, uint64(w.At), 10)
	b = append(b, `,"witness_wall":`...)
	b = strconv.AppendInt(b, w.Wall, 10)
	b = append(b, `,"set":`...)
	b = strconv.AppendQuote(b, s.Set)
	b = append(b, `,"collections":`...)
	return append(append(b, s.rendered...), '}')
}

// Open reports whether any collection's snapshot has not ended.
func (s *State) Open() bool {
	for _, c := range s.Collections {
		if !c.Done {
			return true
		}
	}
	return false
}

// Fingerprint identifies a set of captured collections.
func Fingerprint(names []string) string {
	names = slices.Sorted(slices.Values(names))
	h := fnv.New64a()
	for _, n := range names {
		_, _ = h.Write(append([]byte(n), 0))
	}
	return strconv.FormatUint(h.Sum64(), 16)
}
