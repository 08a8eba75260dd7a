package extjson

import (
	"bytes"
	"math"
	"strconv"
)

// double writes the shortest decimal that reads back as the same double. It always has a '.' or an exponent: without
// one, a reader that infers types would take 5.0 for an integer. What JSON cannot say goes into $numberDouble.
func (w *writer) double(f float64) {
	switch {
	case math.IsNaN(f):
		w.special("NaN")
	case math.IsInf(f, 1):
		w.special("Infinity")
	case math.IsInf(f, -1):
		w.special("-Infinity")
	default:
		w.finite(f)
	}
}

func (w *writer) special(name string) {
	w.raw(w.forms.double)
	w.raw(name)
	w.raw(w.forms.endString)
}

func (w *writer) finite(f float64) {
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		w.dst = strconv.AppendFloat(w.dst, f, 'e', -1, 64)
		return
	}
	start := len(w.dst)
	w.dst = strconv.AppendFloat(w.dst, f, 'f', -1, 64)
	if bytes.IndexByte(w.dst[start:], '.') < 0 {
		w.dst = append(w.dst, '.', '0')
	}
}
