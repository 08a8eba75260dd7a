package column

import (
	"encoding/base64"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

const rounds = 20_000

func column[T any](t *testing.T, source, clickhouse string) (*fixed[T], func(string)) {
	typ, err := types.Parse(pg, source)
	require.NoError(t, err)
	c, err := New(typ, clickhouse)
	require.NoError(t, err)
	return c.(*fixed[T]), func(json string) {
		c.Reset()
		require.NoError(t, c.Append(token(t, json)), json)
	}
}

// What is printed and parsed again is the same value.
func TestIntegersRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	signed, put := column[int64](t, "bigint", "Int64")
	unsigned, putU := column[uint64](t, "bigint", "UInt64")
	for range rounds {
		v := r.Uint64() >> r.IntN(64)
		put(strconv.FormatInt(int64(v), 10))
		require.Equal(t, int64(v), signed.values[0])
		putU(strconv.FormatUint(v, 10))
		require.Equal(t, v, unsigned.values[0])
	}
}

func TestFloatsRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	doubles, put := column[float64](t, "float8", "Float64")
	reals, put32 := column[float32](t, "float4", "Float32")
	for range rounds {
		v := math.Float64frombits(r.Uint64())
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			put(strconv.FormatFloat(v, 'e', -1, 64))
			require.Equal(t, v, doubles.values[0])
		}
		w := math.Float32frombits(r.Uint32())
		if w == w && !math.IsInf(float64(w), 0) {
			put32(strconv.FormatFloat(float64(w), 'e', -1, 32))
			require.Equal(t, w, reals.values[0])
		}
	}
}

// The reference is math/big: digits, sign, scale, exponent and trailing zeros in every
// combination, for each width of decimal.
func TestDecimalsAgreeWithBigArithmetic(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range rounds {
		p := 1 + r.IntN(76)
		s := r.IntN(p + 1)
		text := randomDecimal(r)
		want, exact := scaledByBig(t, text, s)
		limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(p)), nil)
		neg, got, v := decimal([]byte(text), p, s)
		if !exact || new(big.Int).Abs(want).Cmp(limit) >= 0 {
			require.Equal(t, tooWide, v, "%s in Decimal(%d, %d)", text, p, s)
			continue
		}
		require.Equal(t, fine, v, "%s in Decimal(%d, %d)", text, p, s)
		sum := new(big.Int)
		for i := 3; i >= 0; i-- {
			sum.Or(sum.Lsh(sum, 64), new(big.Int).SetUint64(got[i]))
		}
		if neg {
			sum.Neg(sum)
		}
		require.Zero(t, want.Cmp(sum), "%s in Decimal(%d, %d): %s, not %s", text, p, s, sum, want)
	}
}

func randomDecimal(r *rand.Rand) string {
	digits := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(byte('0' + r.IntN(10)*r.IntN(2)))
		}
		return b.String()
	}
	text := []string{"", "-", "+"}[r.IntN(3)] + digits(r.IntN(40)) + "7." + digits(r.IntN(30))
	if r.IntN(3) == 0 {
		text += fmt.Sprintf("E%+d", r.IntN(60)-30)
	}
	return text
}

// scaledByBig is text * 10^s, and whether that is whole.
func scaledByBig(t *testing.T, text string, s int) (*big.Int, bool) {
	rat, ok := new(big.Rat).SetString(text)
	require.True(t, ok, text)
	rat.Mul(rat, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(s)), nil)))
	return rat.Num(), rat.IsInt()
}

func TestNegativeDecimalsAreTwosComplement(t *testing.T) {
	_, d, _ := decimal([]byte("1"), 76, 0)
	n := d.negate()
	require.Equal(t, u256{math.MaxUint64, math.MaxUint64, math.MaxUint64, math.MaxUint64}, n)
	require.Equal(t, d, n.negate())
}

func TestInstantsRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	c, put := column[int64](t, "timestamptz", "DateTime64(6, 'UTC')")
	micros, putMicros := column[int64](t, "timestamp", "DateTime64(6, 'UTC')")
	days, putDays := column[int32](t, "timestamptz", "Date32")
	first := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	last := time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	for range rounds {
		v := first + r.Int64N(last-first)
		at := time.UnixMicro(v).UTC()
		put(strconv.Quote(at.Format("2006-01-02T15:04:05.999999Z")))
		require.Equal(t, v, c.values[0], at)
		putMicros(strconv.FormatInt(v, 10))
		require.Equal(t, v, micros.values[0])
		day := at.Truncate(24 * time.Hour)
		putDays(strconv.Quote(day.Format("2006-01-02T15:04:05Z")))
		require.EqualValues(t, day.Unix()/86400, days.values[0], day)
	}
}

func TestUUIDsRoundTrip(t *testing.T) {
	c, put := column[uuid.UUID](t, "uuid", "UUID")
	for range rounds / 10 {
		v := uuid.New()
		put(strconv.Quote(v.String()))
		require.Equal(t, v, c.values[0])
	}
}

func TestTextsRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, clickhouse := range []string{"String", "LowCardinality(String)"} {
		typ, err := types.Parse(pg, "text")
		require.NoError(t, err)
		c, err := New(typ, clickhouse)
		require.NoError(t, err)
		var want []string
		for range 2000 {
			v := string([]rune{rune(r.IntN(0x300)), '"', '\\', rune(0x1f600 + r.IntN(40))}[:r.IntN(5)])
			want = append(want, v)
			require.NoError(t, c.Append(token(t, string(wire.AppendString(nil, []byte(v))))))
		}
		for i, v := range want {
			require.Equal(t, appendText(nil, []byte(v)), c.AppendValue(nil, i))
		}
	}
}

func TestBytesRoundTrip(t *testing.T) {
	typ, err := types.Parse(pg, "bytea")
	require.NoError(t, err)
	c, err := New(typ, "String")
	require.NoError(t, err)
	for n := range 200 {
		v := make([]byte, n)
		for i := range v {
			v[i] = byte(i * n)
		}
		require.NoError(t, c.Append(token(t, strconv.Quote(base64.StdEncoding.EncodeToString(v)))))
		require.Equal(t, appendText(nil, v), c.AppendValue(nil, n))
	}
}

// More distinct values than one and two bytes number, and again after a reset.
func TestDictionariesOfEverySize(t *testing.T) {
	typ, err := types.Parse(pg, "enum")
	require.NoError(t, err)
	for _, clickhouse := range []string{"LowCardinality(String)", "LowCardinality(Nullable(String))"} {
		for _, n := range []int{1, 255, 256, 257, 65_535, 65_537} {
			c, err := New(typ, clickhouse)
			require.NoError(t, err)
			for range 2 {
				c.Reset()
				for i := range n {
					require.NoError(t, c.Append(wire.Token{Kind: wire.String, Raw: strconv.AppendInt(nil, int64(i), 10)}))
				}
				for i := range n {
					require.Equal(t, appendText(nil, strconv.AppendInt(nil, int64(i), 10)), c.AppendValue(nil, i))
				}
				encode(t, c)
			}
		}
	}
}

// A dictionary that was cut back and filled again is one that held only what is left:
// also across growing, and with texts that meet in its table.
func TestDictionariesForgetWhatIsCutBack(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	typ, err := types.Parse(pg, "enum")
	require.NoError(t, err)
	for _, clickhouse := range []string{"LowCardinality(String)", "LowCardinality(Nullable(String))"} {
		c, err := New(typ, clickhouse)
		require.NoError(t, err)
		var held []int
		for range 3000 {
			if r.IntN(20) == 0 {
				held = held[:len(held)-r.IntN(min(len(held)+1, 300))]
				c.Truncate(len(held))
				continue
			}
			v := r.IntN(2000)
			require.NoError(t, c.Append(wire.Token{Kind: wire.String, Raw: strconv.AppendInt(nil, int64(v), 10)}))
			held = append(held, v)
		}
		fresh, err := New(typ, clickhouse)
		require.NoError(t, err)
		for _, v := range held {
			require.NoError(t, fresh.Append(wire.Token{Kind: wire.String, Raw: strconv.AppendInt(nil, int64(v), 10)}))
		}
		require.Equal(t, encode(t, fresh), encode(t, c))
	}
}
