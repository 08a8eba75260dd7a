package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/model"
)

// ErrUnsettled says that two looks at the same groups found two different faults.
var ErrUnsettled = errors.New("what differs is not the same twice: let the sink settle and try again")

// Set makes the groups that a condition on the grain names what the current rows say, and gives how many were off. What
// is added is the difference at one position, in one step: writes go on, and no reader sees a group without its sums.
func Set(ctx context.Context, server Server, held Held, m *model.Model, condition string) (off string, err error) {
	names, kept, err := held(ctx, m)
	if err != nil {
		return "", err
	}
	// A fault stays as it is while rows come and go; what does not is none, and must not be added.
	var faults [2]string
	for i := range faults {
		s, err := take(ctx, server, m.Sources[0], append([]string{"current." + m.Sources[0]}, names...))
		if err != nil {
			return "", err
		}
		query := groups(m, s.tables(m, names), condition, kept)
		faults[i], off, err = s.faults(ctx, query)
		if err == nil && i == 1 && off != "0" && faults[0] == faults[1] {
			err = s.add(ctx, m, names[0], query)
		}
		if err = errors.Join(err, s.Drop(context.WithoutCancel(ctx))); err != nil || off == "0" {
			return off, err
		}
	}
	if faults[0] != faults[1] {
		return "", ErrUnsettled
	}
	return off, nil
}

// faults gives a fingerprint of the groups that are off, and how many they are.
func (s *snapshot) faults(ctx context.Context, query string) (fingerprint, off string, err error) {
	rows, err := s.server.Rows(ctx, "SELECT groupBitXorIf(cityHash64(*), _off), countIf(_off) FROM ("+query+")")
	if err != nil {
		return "", "", err
	}
	return rows[0][0], rows[0][1], nil
}

// add takes what is off from the state, in one block, and so in one part.
func (s *snapshot) add(ctx context.Context, m *model.Model, state, query string) error {
	var list, values []string
	for _, g := range m.Grain {
		list, values = append(list, "`"+g+"`"), append(values, "`"+g+"`")
	}
	for _, name := range append(append([]string{}, m.Measures...), model.Count) {
		list, values = append(list, "`"+name+"`"), append(values, "-`"+name+"`")
	}
	return s.server.Exec(ctx, fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM (%s) WHERE _off\nSETTINGS insert_deduplicate = 0, max_insert_threads = 1, async_insert = 0,\n"+
		"    min_insert_block_size_rows = 1000000000, min_insert_block_size_bytes = 0, max_insert_block_size = 1000000000",
		state, strings.Join(list, ", "), strings.Join(values, ", "), query))
}
