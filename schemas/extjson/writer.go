package extjson

import "github.com/tidemark-cdc/tidemark/schemas/rawbson"

// writer appends to dst in one of the two forms.
type writer struct {
	dst   []byte
	forms *forms
	depth int
}

func (w *writer) raw(s string) { w.dst = append(w.dst, s...) }

// document writes {"key":value,...}.
func (w *writer) document(doc []byte) error {
	if w.depth++; w.depth > MaxDepth {
		return ErrTooDeep
	}
	w.dst = append(w.dst, '{')
	it := rawbson.Walk(doc)
	for first := true; it.Next(); first = false {
		if !first {
			w.dst = append(w.dst, ',')
		}
		w.raw(w.forms.quote)
		w.text(it.Key)
		w.raw(w.forms.colon)
		if err := w.value(it.Type, it.Value); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, '}')
	w.depth--
	return it.Err()
}

// array writes [value,...]; the stored keys are ignored, as servers and drivers do.
func (w *writer) array(doc []byte) error {
	if w.depth++; w.depth > MaxDepth {
		return ErrTooDeep
	}
	w.dst = append(w.dst, '[')
	it := rawbson.Walk(doc)
	for first := true; it.Next(); first = false {
		if !first {
			w.dst = append(w.dst, ',')
		}
		if err := w.value(it.Type, it.Value); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, ']')
	w.depth--
	return it.Err()
}
