package column

import "testing"

// Sample is a sample for the tests outside of the package.
type Sample struct {
	Name, ClickHouse string
	// Printed is each value as the server prints it.
	Printed []string

	s *sample
}

func Samples() []Sample {
	var out []Sample
	for i := range samples {
		s := &samples[i]
		e := Sample{Name: s.name(), ClickHouse: s.clickhouse, s: s}
		for _, g := range s.good {
			e.Printed = append(e.Printed, g[1])
		}
		out = append(out, e)
	}
	return out
}

func (s *Sample) Filled(t testing.TB) Column { return s.s.filled(t) }
func (s *Sample) Empty(t testing.TB) Column  { return s.s.make(t) }
