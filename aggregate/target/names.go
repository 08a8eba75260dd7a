package target

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
)

// Database holds the states and feeds of all models.
const Database = "sales_state"

// View names what people query.
func View(model string) string { return "sales." + model }

// Lines is a view of what a model's state and past hold, not summed up.
func Lines(model string) string { return Database + "." + model + "_lines" }

// Build is one making of a model: a state table of its own and the feed that fills it. A model that is changed or
// rebuilt is made beside the one that is read, and then the view turns to it: readers never see a half of it.
type Build struct {
	*Shape
	// Serial tells builds of the same model apart, from 1.
	Serial int
	// Cut says that rows of raw below a boundary do not go through the feed. They are summed up in a table of their own,
	// so that the state is at any time what the feed gives of raw, also while the other is being filled.
	Cut bool
}

// State names the table that the feed writes.
func (b *Build) State() string {
	return fmt.Sprintf("%s.%s_%s_%d", Database, b.Name, b.Mark()[:8], b.Serial)
}

// Feed names the materialized view that writes a state.
func Feed(state string) string { return state + "_mv" }

// Past names the table of what lies below a state's boundary.
func Past(state string) string { return state + "_past" }

// Mark tells a changed model from the one that made a table.
func (s *Shape) Mark() string {
	h := sha256.New()
	fmt.Fprintln(h, strings.Join(strings.Fields(s.Select), " "), s.grain, s.measures)
	if s.since != "" {
		fmt.Fprintln(h, s.since, s.Retention)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:12])
}

// note is the comment on a state table, by which it is known again.
func (b *Build) note() string {
	return fmt.Sprintf("tidemark model %s %s %d", b.Name, b.Mark(), b.Serial)
}

var note = regexp.MustCompile(`^tidemark model ([a-z][a-z0-9_]*) ([0-9a-f]{24}) (\d+)$`)

// before is the comment of states that had the model's own name, when there could be one of each only.
var before = regexp.MustCompile(`^tidemark model ([0-9a-f]{24})$`)

// Noted reads the comment of a state table. A copy of one has its comment but not its name, and is none.
func Noted(table, comment string) (model, mark string, serial int, ok bool) {
	if m := before.FindStringSubmatch(comment); m != nil {
		return strings.TrimPrefix(table, Database+"."), m[1], 0, true
	}
	m := note.FindStringSubmatch(comment)
	if m == nil || table != fmt.Sprintf("%s.%s_%s_%s", Database, m[1], m[2][:8], m[3]) {
		return "", "", 0, false
	}
	_, err := fmt.Sscan(m[3], &serial)
	return m[1], m[2], serial, err == nil
}

var shown = regexp.MustCompile(`\[(` + Database + `\.\w+)\]$`)

// Shown reads from a view's comment which state it shows, "" when it is none of ours.
func Shown(comment string) string {
	if m := shown.FindStringSubmatch(comment); m != nil {
		return m[1]
	}
	return ""
}
