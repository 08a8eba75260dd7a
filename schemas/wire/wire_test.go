package wire

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// collect walks a value with this package and builds what encoding/json would.
func collect(t Token) (any, error) {
	switch t.Kind {
	case Null:
		return nil, nil
	case Bool:
		return t.Raw[0] == 't', nil
	case Number:
		return json.Number(t.Raw), nil
	case String:
		text, _ := t.Text(nil)
		return strings.ToValidUTF8(string(text), "\ufffd"), nil
	case Array:
		out := []any{}
		it := t.Array()
		for it.Next() {
			v, err := collect(it.Value)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, it.Err()
	}
	out := map[string]any{}
	it := t.Object()
	for it.Next() {
		key := strings.ToValidUTF8(string(it.Key), "\ufffd")
		v, err := collect(it.Value)
		if err != nil {
			return nil, err
		}
		out[key] = v
	}
	return out, it.Err()
}

func readAll(text []byte) (any, error) {
	tok, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return collect(tok)
}

func readStd(text []byte) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err = d.Decode(&v); err == nil && d.More() {
		err = ErrSyntax
	}
	if err == nil {
		_, err = d.Token() // anything but the end is too much
		if err != nil && err.Error() == "EOF" {
			err = nil
		} else {
			err = ErrSyntax
		}
	}
	return v, err
}

var samples = []string{
	`{}`, `[]`, `null`, ` true `, `-0`, `1.5e-7`, `"a\"b\\c\/\b\f\n\r\t\u00e9\ud83d\ude00"`, `{"a":[1,{"b":null}],"c\n":""}`,
	`[1,]`, `{"a"}`, `{"a":1,}`, `{,}`, `[}`, `{"a":[1}`, `01`, `1.`, `.5`, `-`, `1e`, `"`, `"\x"`, `"\u12"`, "\"\n\"", `nul`, `{} x`, ``, `{"a" : 1 , "b":2 }`, `"\ud83d"`,
}

func TestReadsAsTheStandardLibraryDoes(t *testing.T) {
	for _, s := range samples {
		checkAgainstStd(t, []byte(s))
	}
}

// checkAgainstStd holds this package to encoding/json: the same texts refused, the same
// values read.
func checkAgainstStd(t *testing.T, text []byte) {
	t.Helper()
	if !utf8.Valid(text) {
		return // encoding/json mends what we pass through
	}
	want, wantErr := readStd(text)
	got, err := readAll(text)
	require.Equal(t, wantErr == nil, err == nil, "%q: standard %v, ours %v", text, wantErr, err)
	if err == nil {
		require.Equal(t, want, got, "%q", text)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkAgainstStd(t, text) })
}

func TestStringsRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 5_000 {
		b := make([]byte, r.UintN(40))
		for i := range b {
			b[i] = byte(r.UintN(256) >> r.UintN(2))
		}
		quoted := AppendString(nil, b)
		var std string
		require.NoError(t, json.Unmarshal(quoted, &std), "%q", quoted)
		tok, err := Parse(quoted)
		require.NoError(t, err)
		text, _ := tok.Text(nil)
		require.Equal(t, std, string(text))
		if utf8.Valid(b) {
			require.Equal(t, string(b), string(text))
		}
	}
}

func TestBase64Golden(t *testing.T) {
	require.Equal(t, `"3q2+7w=="`, string(AppendBase64(nil, []byte{0xde, 0xad, 0xbe, 0xef})))
}

func TestEnvelopeGolden(t *testing.T) {
	want, err := os.ReadFile("testdata/envelope.json")
	require.NoError(t, err)
	src := Source{Connector: "postgresql", Name: "pg", Database: "shop", Schema: "public", Table: "transactions"}.Template()
	b := []byte(`{"before":null,"after":{"id":1,"note":"a\"b"}`)
	b = src.Append(b, 1_700_000_000_123_456, false)
	b = append(b, `,"txId":7,"lsn":23803720`...)
	b = AppendClose(b, 'c', 1_700_000_000_999)
	require.Equal(t, string(want), string(b)+"\n")

	e, err := ParseEnvelope(b)
	require.NoError(t, err)
	require.Equal(t, event.Create, e.Op)
	require.True(t, e.Before.IsNull())
	require.Equal(t, `{"id":1,"note":"a\"b"}`, string(e.After.Raw))
	require.Equal(t, None, e.Unchanged.Kind)
}

func TestEnvelopeRefusals(t *testing.T) {
	for _, s := range []string{``, `[]`, `{}`, `{"op":"x"}`, `{"op":"c"`, `{"op":"cc"}`, `{"op":1}`} {
		_, err := ParseEnvelope([]byte(s))
		require.Error(t, err, s)
	}
}

func FuzzParseEnvelope(f *testing.F) {
	f.Add([]byte(`{"before":null,"after":{"a":1},"unchanged":["b"],"source":{},"op":"u","ts_ms":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := ParseEnvelope(b); err == nil {
			require.True(t, e.Op.Known())
		}
	})
}

func BenchmarkParseEnvelope(b *testing.B) {
	text, err := os.ReadFile("testdata/envelope.json")
	require.NoError(b, err)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		e, err := ParseEnvelope(text)
		if err != nil {
			b.Fatal(err)
		}
		for it := e.After.Object(); it.Next(); {
			_ = it.Value
		}
	}
}

func BenchmarkAppendString(b *testing.B) {
	s := []byte("São Paulo, \"Rua das Flores\" 12")
	buf := make([]byte, 0, 128)
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendString(buf[:0], s)
	}
}
