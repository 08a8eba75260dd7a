package pgtype

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type golden struct {
	typ        string
	oid        uint32
	text, want string
}

// goldens reads testdata/values.tsv: type name, its oid, PostgreSQL's text, our JSON. PostgreSQL 15 printed the texts under Settings.
func goldens(t testing.TB) []golden {
	f, err := os.Open("testdata/values.tsv")
	require.NoError(t, err)
	defer f.Close()
	var all []golden
	for s := bufio.NewScanner(f); s.Scan(); {
		c := strings.Split(s.Text(), "\t")
		if len(c) != 4 {
			continue
		}
		oid, err := strconv.ParseUint(c[1], 10, 32)
		require.NoError(t, err)
		all = append(all, golden{typ: c[0], oid: uint32(oid), text: c[2], want: c[3]})
	}
	require.Greater(t, len(all), 80)
	return all
}

func TestGolden(t *testing.T) {
	for _, g := range goldens(t) {
		got, err := Of(g.oid)([]byte("before"), []byte(g.text))
		require.NoError(t, err, "%s %q", g.typ, g.text)
		require.Equal(t, "before"+g.want, string(got), "%s %q", g.typ, g.text)
		require.True(t, json.Valid([]byte(g.want)), g.want)
	}
}

func TestErrorsLeaveDestination(t *testing.T) {
	for _, oid := range []uint32{Bool, Int2, Int8, OID, Float8, Date, Time, Timestamp, TimestampTZ, Bytea, 1007, 1185, 1001} {
		for _, text := range []string{"", "x", "-", "1x", "0044-13-01", "2024-01-02 03:04", "2024-01-02 03:04:05+02", `\x0`, `\xzz`, "{", "{1,", `{"`, "{{1}", "{x}", "{1}}"} {
			got, err := Of(oid)([]byte("before"), []byte(text))
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax, "oid %d %q", oid, text)
			require.Equal(t, "before", string(got))
		}
	}
}

func TestArrayNestingIsBounded(t *testing.T) {
	_, err := Of(1007)(nil, []byte(strings.Repeat("{", 10000)+"1"+strings.Repeat("}", 10000)))
	require.Error(t, err)
}

func TestCatalog(t *testing.T) {
	c := NewCatalog([]Type{
		{OID: 20001, Base: Int4, Delimiter: ','},        // domain over int4
		{OID: 20002, Element: 20001, Delimiter: ','},    // array of it
		{OID: 20003, Base: 20002, Delimiter: ','},       // domain over that array
		{OID: 20004, Delimiter: ','},                    // enum
		{OID: 20005, Element: 20004, Delimiter: ','},    // array of enum
		{OID: 20006, Base: 20006, Delimiter: ','},       // a wrong catalog must not hang
		{OID: 20007, Base: TimestampTZ, Delimiter: ','}, // domain over timestamptz
	})
	for _, g := range []golden{
		{oid: 20001, text: "7", want: "7"},
		{oid: 20002, text: "{7,NULL}", want: "[7,null]"},
		{oid: 20003, text: "{{7},{8}}", want: "[[7],[8]]"},
		{oid: 20004, text: `sad "so"`, want: `"sad \"so\""`},
		{oid: 20005, text: `{ok,"sad \"so\"",NULL,"NULL"}`, want: `["ok","sad \"so\"",null,"NULL"]`},
		{oid: 20006, text: "x", want: `"x"`},
		{oid: 20007, text: "2024-01-02 03:04:05+00", want: `"2024-01-02T03:04:05Z"`},
		{oid: 29999, text: "(1,2)", want: `"(1,2)"`},
	} {
		got, err := c.Encoder(g.oid)(nil, []byte(g.text))
		require.NoError(t, err)
		require.Equal(t, g.want, string(got))
	}
	require.True(t, c.Knows(20001))
	require.True(t, c.Knows(Int4))
	require.False(t, c.Knows(29999))
}

func FuzzAppend(f *testing.F) {
	for _, g := range goldens(f) {
		f.Add(g.oid, []byte(g.text))
	}
	f.Fuzz(func(t *testing.T, oid uint32, text []byte) {
		kept := string(text)
		got, err := Of(oid)([]byte("["), text)
		var syntax *SyntaxError
		switch {
		case string(text) != kept:
			t.Fatal("the encoder changed its input")
		case err != nil && (!errors.As(err, &syntax) || string(got) != "["):
			t.Fatalf("error %v with %q", err, got)
		case err == nil && !json.Valid(append(got, ']')):
			t.Fatalf("%d %q gave %s", oid, text, got)
		}
	})
}

func TestNoAllocation(t *testing.T) {
	dst := make([]byte, 0, 4096)
	for _, g := range goldens(t) {
		enc, text := Of(g.oid), []byte(g.text)
		require.Zero(t, testing.AllocsPerRun(10, func() { _, _ = enc(dst, text) }), "%s %q", g.typ, g.text)
	}
}

func BenchmarkAppend(b *testing.B) {
	dst := make([]byte, 0, 4096)
	for _, g := range []golden{
		{"int8", Int8, "1234567890", ""}, {"numeric", 1700, "123456.78", ""}, {"timestamptz", TimestampTZ, "2026-11-23 15:45:01.123456+00", ""},
		{"timestamp", Timestamp, "2026-11-23 15:45:01.123456", ""}, {"uuid", 2950, "0190163d-8694-739b-aea5-966c26f8ad91", ""},
		{"text", 25, "ORD-000000007919", ""}, {"bytea", Bytea, `\x000102030405060708090a0b0c0d0e0f`, ""}, {"int4array", 1007, "{1,2,3,NULL}", ""},
	} {
		enc, text := Of(g.oid), []byte(g.text)
		b.Run(g.typ, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := enc(dst, text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
