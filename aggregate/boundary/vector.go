// Package boundary cuts a raw table exactly in two while it is being written: what a materialized view counts, and what
// it does not and a backfill must. The cut is a vector of offsets, one per topic-partition, never a version or a time:
// only along a partition's offsets do rows arrive in order.
package boundary

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Place is a partition of a topic's incarnation.
type Place struct {
	Incarnation string `json:"incarnation"`
	Partition   int    `json:"partition"`
}

// Vector gives per place the first offset that is above the cut. All of a place that it does not name is above: such a
// place had no row when the cut was taken.
type Vector map[Place]uint64

// entry is a Vector's element in JSON, whose objects can have no other keys than texts.
type entry struct {
	Place
	Offset uint64 `json:"offset"`
}

// MarshalJSON lists the places in order, so that equal vectors are equal texts.
func (v Vector) MarshalJSON() ([]byte, error) {
	entries := []entry{}
	for _, p := range v.places() {
		entries = append(entries, entry{p, v[p]})
	}
	return json.Marshal(entries)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Vector) UnmarshalJSON(b []byte) error {
	var entries []entry
	if err := json.Unmarshal(b, &entries); err != nil {
		return fmt.Errorf("boundary: %w", err)
	}
	*v = Vector{}
	for _, e := range entries {
		(*v)[e.Place] = e.Offset
	}
	return nil
}

// Above is the condition on rows of a raw table that they are at or above the cut.
func (v Vector) Above() string {
	if len(v) == 0 {
		return "true"
	}
	var arms []string
	for incarnation, group := range v.groups() {
		arms = append(arms, fmt.Sprintf("_incarnation = '%s', _offset >= transform(_partition, [%s], [%s], toUInt64(0))",
			strings.ReplaceAll(incarnation, "'", "''"), strings.Join(group.partitions, ", "), strings.Join(group.offsets, ", ")))
	}
	slices.Sort(arms)
	return "multiIf(" + strings.Join(arms, ", ") + ", true)"
}

// Below is the condition that they are below it.
func (v Vector) Below() string {
	if len(v) == 0 {
		return "false"
	}
	return "NOT (" + v.Above() + ")"
}

type group struct{ partitions, offsets []string }

func (v Vector) groups() map[string]group {
	out := map[string]group{}
	for _, p := range v.places() {
		g := out[p.Incarnation]
		g.partitions = append(g.partitions, fmt.Sprint(p.Partition))
		g.offsets = append(g.offsets, fmt.Sprintf("toUInt64(%d)", v[p]))
		out[p.Incarnation] = g
	}
	return out
}

func (v Vector) places() []Place {
	out := make([]Place, 0, len(v))
	for p := range v {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Place) int {
		if c := strings.Compare(a.Incarnation, b.Incarnation); c != 0 {
			return c
		}
		return a.Partition - b.Partition
	})
	return out
}
