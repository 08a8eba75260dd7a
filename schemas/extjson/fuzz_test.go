package extjson

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

// FuzzAppend holds three promises for any bytes: no panic, every failure typed, and every success valid JSON whose quoted
// form unquotes to the plain one.
func FuzzAppend(f *testing.F) {
	for _, g := range goldens(f) {
		f.Add(g.doc)
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		plain, err := Append(nil, doc)
		quoted, err2 := AppendQuoted(nil, doc)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("plain says %v, quoted says %v", err, err2)
		}
		if err != nil {
			var malformed *rawbson.MalformedError
			if !errors.As(err, &malformed) && !errors.Is(err, ErrTooDeep) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		var inner string
		if !json.Valid(plain) || json.Unmarshal(quoted, &inner) != nil || inner != string(plain) {
			t.Fatalf("plain %q, quoted %q", plain, quoted)
		}
	})
}
