package model

import (
	"fmt"
	"regexp"
)

// refusals are the forms that no signed sum can keep right, and what serves instead.
var refusals = []struct {
	form    *regexp.Regexp
	because string
}{
	{regexp.MustCompile(`(?i)\b(min|max|argmin|argmax|any|anylast|first_value|last_value)(If)?\s*\(`), "the smallest, largest, first or last value cannot be taken back when its row goes; keep signed counts per key or per step and ask for it in a view"},
	{regexp.MustCompile(`(?i)\b(uniq\w*|count)(If)?\s*\(|\bDISTINCT\b`), "a distinct count cannot be summed, and count() has no sign; put the key into the grain with sum(_sign) and count the groups in a view, count rows by sum(_sign)"},
	{regexp.MustCompile(`(?i)\b(quantile\w*|median\w*)\s*\(`), "a quantile cannot be taken back; put a step of the value into the grain and read the distribution"},
	{regexp.MustCompile(`(?i)\b(avg|stddev\w*|var(pop|samp)\w*)(If)?\s*\(`), "a mean of means is wrong; keep its sum and its count and divide in a view"},
	{regexp.MustCompile(`(?i)\bJOIN\b`), "the other side of a join changes without this one noticing; join in a view"},
	{regexp.MustCompile(`(?i)\bOVER\s*\(`), "a window sees one insert only; use it in a view"},
	{regexp.MustCompile(`(?i)\b(now|now64|today|yesterday|rand\w*|generateUUIDv\d)\s*\(`), "what depends on the clock or on chance is not the same when it is taken back"},
}

var arrayJoin = regexp.MustCompile(`(?i)\bARRAY\s+JOIN\b|\bLEFT\s+ARRAY\s+JOIN\b`)

// refuse names the first form in the SELECT that cannot be kept exact.
func (m *Model) refuse() error {
	sql := arrayJoin.ReplaceAllString(m.Select, "")
	for _, r := range refusals {
		if found := r.form.FindString(sql); found != "" {
			return fmt.Errorf("%w: %q: %s", ErrModel, found, r.because)
		}
	}
	return nil
}
