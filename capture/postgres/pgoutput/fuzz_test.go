package pgoutput

import (
	"errors"
	"testing"
)

// parsers holds one of each message, as the capturer does.
type parsers struct {
	begin    Begin
	commit   Commit
	origin   Origin
	relation Relation
	typ      Type
	insert   Insert
	update   Update
	del      Delete
	truncate Truncate
	message  Message
}

func (p *parsers) parse(b []byte) error {
	if len(b) == 0 {
		return &FormatError{}
	}
	switch Kind(b[0]) {
	case KindBegin:
		return p.begin.Parse(b)
	case KindCommit:
		return p.commit.Parse(b)
	case KindOrigin:
		return p.origin.Parse(b)
	case KindRelation:
		return p.relation.Parse(b)
	case KindType:
		return p.typ.Parse(b)
	case KindInsert:
		return p.insert.Parse(b)
	case KindUpdate:
		return p.update.Parse(b)
	case KindDelete:
		return p.del.Parse(b)
	case KindTruncate:
		return p.truncate.Parse(b)
	case KindMessage:
		return p.message.Parse(b)
	}
	return &FormatError{Kind: Kind(b[0])}
}

func FuzzParse(f *testing.F) {
	for _, m := range session(f) {
		f.Add(m[:min(len(m), 200)])
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var p parsers
		var format *FormatError
		if err := p.parse(b); err != nil && !errors.As(err, &format) {
			t.Fatalf("untyped error %v", err)
		}
		for _, v := range append(append(p.update.New, p.update.Old...), p.insert.New...) {
			if len(v.Data) > len(b) || v.State != Text && v.State != Binary && len(v.Data) > 0 {
				t.Fatalf("value %v reaches outside its message", v)
			}
		}
	})
}

func BenchmarkUpdate(b *testing.B) {
	m := session(b)[12]
	var u Update
	b.ReportAllocs()
	for b.Loop() {
		if err := u.Parse(m); err != nil {
			b.Fatal(err)
		}
	}
}
