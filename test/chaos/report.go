package chaos

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
)

// Report is what came of a run.
type Report struct {
	Seed       uint64   `json:"seed"`
	Minutes    float64  `json:"minutes"`
	Rate       float64  `json:"rate"`
	Struck     []Struck `json:"struck"`
	Changes    int64    `json:"changes"`    // rows that the shop wrote
	Claims     int      `json:"claims"`     // tidemarks that were held to what they claim
	Lost       int64    `json:"lost"`       // rows that differ from the sources
	Doubled    int64    `json:"duplicated"` // records or positions that are there twice
	Disordered int64    `json:"out_of_order"`
	Others     int64    `json:"other_breaches"` // of the other validators, and dead letters
	Models     int      `json:"aggregates"`
	Aggregates []string `json:"aggregates_differ"`
	Longest    float64  `json:"longest_recovery_s"`
	Breaches   []string `json:"breaches,omitempty"`
	// Failed are faults that could not be struck or healed in time; not those that this
	// machine or user cannot do at all.
	Failed []string `json:"failed,omitempty"`

	// Written is what the shop counted, by table and operation.
	Written map[string]map[string]int64 `json:"written"`
}

func (r *Report) breach(format string, args ...any) {
	r.Breaches = append(r.Breaches, fmt.Sprintf(format, args...))
}

// wrong notes an aggregate that differs.
func (r *Report) wrong(aggregate string) {
	if !slices.Contains(r.Aggregates, aggregate) {
		r.Aggregates = append(r.Aggregates, aggregate)
	}
}

// Right says that every promise was kept.
func (r *Report) Right() bool { return len(r.Breaches) == 0 }

// Whole says that every fault that can be struck here was struck and healed.
func (r *Report) Whole() bool { return len(r.Failed) == 0 }

// settle takes over the recoveries that were watched.
func (r *Report) settle(t *tide) {
	for i := range r.Struck {
		one := &r.Struck[i]
		if one.Error != "" {
			r.Failed = append(r.Failed, fmt.Sprintf("%s at %.0f s: %s", one.Fault, one.At, one.Error))
		}
		if one.wait == nil {
			continue
		}
		one.Recovery = -1
		if took, ok := t.took(one.wait); ok {
			one.Recovery = took.Seconds()
			r.Longest = max(r.Longest, one.Recovery)
		}
	}
}

// JSON writes the report for a program.
func (r *Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// Print writes the report for a person.
func (r *Report) Print(w io.Writer) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"fault", "struck", "longest recovery"})
	for _, k := range r.kinds() {
		t.AppendRow(table.Row{k.name, k.struck, fmt.Sprintf("%.1f s", k.longest)})
	}
	t.AppendFooter(table.Row{fmt.Sprintf("%d kinds", len(r.kinds())), r.faults(), fmt.Sprintf("%.1f s", r.Longest)})
	t.Render()
	fmt.Fprintf(w, "seed %d, %g minutes: %d changes made, %d tidemarks claimed\n", r.Seed, r.Minutes, r.Changes, r.Claims)
	fmt.Fprintf(w, "%d lost, %d duplicated, %d out of order, %d other breaches, %d of %d aggregates differ\n", r.Lost, r.Doubled, r.Disordered, r.Others, len(r.Aggregates), r.Models)
	for _, s := range r.Struck {
		if s.Skipped != "" {
			fmt.Fprintf(w, "not struck: %s: %s\n", s.Fault, s.Skipped)
		}
	}
	for _, f := range r.Failed {
		fmt.Fprintln(w, "not struck or not healed:", f)
	}
	for _, b := range r.Breaches {
		fmt.Fprintln(w, "BREACH:", b)
	}
}

// faults is how many were struck.
func (r *Report) faults() (n int) {
	for _, k := range r.kinds() {
		n += k.struck
	}
	return n
}

type kind struct {
	name    string
	struck  int
	longest float64
}

func (r *Report) kinds() []kind {
	var all []kind
	for _, s := range r.Struck {
		if s.Kind == "" || s.Skipped != "" || s.Error != "" { // without a kind: the run ended before
			continue
		}
		i := slices.IndexFunc(all, func(k kind) bool { return k.name == s.Kind })
		if i < 0 {
			i = len(all)
			all = append(all, kind{name: s.Kind})
		}
		all[i].struck++
		all[i].longest = max(all[i].longest, s.Recovery)
	}
	slices.SortFunc(all, func(a, b kind) int { return strings.Compare(a.name, b.name) })
	return all
}
