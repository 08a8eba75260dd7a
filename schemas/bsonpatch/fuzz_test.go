package bsonpatch

import (
	"bytes"
	"errors"
	"testing"

	"github.com/tidemark-cdc/tidemark/schemas/extjson"
	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

// FuzzApply holds for any bytes: no panic, every failure typed, the caller's bytes untouched, and whatever comes out of a
// document that is BSON throughout is BSON throughout.
func FuzzApply(f *testing.F) {
	f.Add(build(f, `{"a":[1,{"b":2}]}`), build(f, `{"updatedFields":{"a.1.b":3,"a.4":1},"removedFields":["x"]}`))
	f.Add(build(f, `{"a":[1,2,3],"x":1}`), build(f, `{"truncatedArrays":[{"field":"a","newSize":1}],"removedFields":["x"]}`))
	f.Add(build(f, `{"a.b":1}`), build(f, `{"updatedFields":{"a.b":3},"disambiguatedPaths":{"a.b":["a.b"]}}`))
	f.Fuzz(func(t *testing.T, pre, description []byte) {
		var p Patcher
		before := bytes.Clone(pre)
		after, err := p.Apply(nil, pre, description)
		if !bytes.Equal(pre, before) {
			t.Fatal("the pre-image was written to")
		}
		if err != nil {
			var malformed *rawbson.MalformedError
			if !errors.As(err, &malformed) && !errors.Is(err, ErrAmbiguous) && !errors.Is(err, ErrMismatch) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		_, bad1 := extjson.Append(nil, pre)
		_, bad2 := extjson.Append(nil, description)
		if bad1 == nil && bad2 == nil {
			if _, err := extjson.Append(nil, after); err != nil && !errors.Is(err, extjson.ErrTooDeep) {
				t.Fatalf("% x is not BSON: %v", after, err)
			}
		}
	})
}

func BenchmarkApply(b *testing.B) {
	pre := build(b, `{"_id":1,"user":"u","items":[{"sku":"a","n":1},{"sku":"b","n":2}],"shipping":{"city":"x","zip":"y"},"total":9}`)
	description := build(b, `{"updatedFields":{"items.1.n":3,"shipping.city":"z","total":10},"removedFields":[],"truncatedArrays":[]}`)
	var p Patcher
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	b.SetBytes(int64(len(pre)))
	for b.Loop() {
		buf, _ = p.Apply(buf[:0], pre, description)
	}
}
