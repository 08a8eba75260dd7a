package column

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/types"
)

var update = flag.Bool("update", false, "write the golden files")

// encode gives the column as a native block's bytes.
func encode(t testing.TB, c Column) []byte {
	t.Helper()
	var buf proto.Buffer
	block := proto.Block{Columns: 1, Rows: c.Rows()}
	require.NoError(t, block.EncodeRawBlock(&buf, 54_450, proto.Input{{Name: "c", Data: c.Data()}}))
	return append([]byte(nil), buf.Buf...)
}

func TestGoldenBytes(t *testing.T) {
	var b strings.Builder
	for i := range samples {
		s := &samples[i]
		fmt.Fprintf(&b, "%s\n%x\n", s.name(), encode(t, s.filled(t)))
	}
	const path = "testdata/golden.txt"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "run go test -update and read the difference")
}

func TestRefusalsAreTypedAndLeaveTheColumnAsItWas(t *testing.T) {
	for i := range samples {
		s := &samples[i]
		c := s.filled(t)
		before := encode(t, c)
		for _, r := range s.bad {
			err := c.Append(token(t, r.json))
			var refused *Error
			require.ErrorAs(t, err, &refused, "%s takes %s", s.name(), r.json)
			require.Equal(t, r.problem, refused.Problem, "%s: %s: %v", s.name(), r.json, err)
			require.NotEmpty(t, refused.Error())
			require.Equal(t, len(s.good), c.Rows(), "%s: %s", s.name(), r.json)
		}
		c.Truncate(len(s.good))
		require.Equal(t, before, encode(t, c), s.name())
	}
}

// A column that was cut back, reset or copied row by row is the same as one that never
// held anything else.
func TestTruncateResetAndCopy(t *testing.T) {
	for i := range samples {
		s := &samples[i]
		want := s.filled(t)
		c := s.filled(t)
		c.AppendDefault()
		c.AppendFrom(c, 0)
		c.Truncate(len(s.good))
		requireSame(t, want, c, s.name())
		require.Equal(t, encode(t, want), encode(t, c), s.name())

		c.Reset()
		require.Zero(t, c.Rows())
		for j := range s.good {
			c.AppendFrom(want, j)
		}
		require.Equal(t, encode(t, want), encode(t, c), s.name())
		c.Truncate(0)
		require.Zero(t, c.Rows(), s.name())
	}
}

func requireSame(t *testing.T, want, got Column, what string) {
	t.Helper()
	require.Equal(t, want.Rows(), got.Rows(), what)
	for i := range want.Rows() {
		require.Equal(t, want.AppendValue(nil, i), got.AppendValue(nil, i), "%s, row %d", what, i)
	}
}

func TestDecodedColumnsHoldWhatWasEncoded(t *testing.T) {
	for i := range samples {
		s := &samples[i]
		want, got := s.filled(t), s.make(t)
		r := proto.NewReader(strings.NewReader(string(encode(t, want))))
		var block proto.Block
		require.NoError(t, block.DecodeRawBlock(r, 54_450, proto.Results{{Name: "c", Data: got.Data()}}), s.name())
		requireSame(t, want, got, s.name())
		fresh := s.make(t)
		for j := range got.Rows() {
			fresh.AppendFrom(got, j)
		}
		require.Equal(t, encode(t, want), encode(t, fresh), s.name())
	}
}

func TestPairsThatCannotBeExactAreRefused(t *testing.T) {
	for _, p := range [][2]string{
		{"numeric(12,2)", "Float64"}, {"text", "Int32"}, {"text", "Date32"}, {"boolean", "Decimal(4, 2)"}, {"integer", "Bool"},
		{"integer", "Decimal(77, 0)"}, {"integer", "Decimal(5, 6)"}, {"text", "LowCardinality(UInt8)"}, {"text", "Map(String, String)"},
		{"integer[]", "Int32"}, {"time", "DateTime64(6, 'UTC')"}, {"text", "FixedString(0)"}, {"timestamptz", "DateTime64(10, 'UTC')"},
	} {
		typ, err := types.Parse(pg, p[0])
		require.NoError(t, err)
		_, err = New(typ, p[1])
		var pair *PairError
		require.ErrorAs(t, err, &pair, "%s in %s", p[0], p[1])
	}
	_, err := New(types.Type{}, "Array(String")
	require.Error(t, err)
}

func TestEveryTypeOfTheTableHasAColumn(t *testing.T) {
	for _, row := range types.Table() {
		typ, err := types.Parse(row.Family, row.Name)
		require.NoError(t, err)
		for _, nullable := range []bool{false, true} {
			_, err = New(typ, typ.ClickHouse(nullable))
			require.NoError(t, err, "%s %s", row.Family, row.Name)
		}
	}
}

func TestNormalize(t *testing.T) {
	for in, want := range map[string]string{
		"Decimal(18,2)": "Decimal(18, 2)", "Array( Nullable(String) )": "Array(Nullable(String))",
		"DateTime64(6,'UTC')": "DateTime64(6, 'UTC')", "Broken(": "Broken(",
	} {
		require.Equal(t, want, Normalize(in))
	}
}
