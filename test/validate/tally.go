package validate

import "strconv"

// tally counts the cases of one broken promise and keeps the first as the example.
type tally struct {
	validator string
	count     int
	example   string
}

// tallies are those of one table, in the order in which they were first needed.
type tallies struct {
	table string
	all   []*tally
}

// broken notes one case.
func (t *tallies) broken(validator, example string) {
	for _, y := range t.all {
		if y.validator == validator {
			y.count++
			return
		}
	}
	t.all = append(t.all, &tally{validator, 1, example})
}

// failures gives what was noted.
func (t *tallies) failures() []Failure {
	var out []Failure
	for _, y := range t.all {
		out = append(out, Failure{Table: t.table, Validator: y.validator, Count: strconv.Itoa(y.count), Example: y.example})
	}
	return out
}
