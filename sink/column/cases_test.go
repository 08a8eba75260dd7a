package column

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

const (
	pg    = types.PostgreSQL
	mongo = types.MongoDB
)

// sample is a column with values that it holds, as they are on the wire and as
// ClickHouse prints them (toString), and values that it must refuse.
type sample struct {
	family     types.Family
	source     string
	clickhouse string
	good       [][2]string
	bad        []refusal
}

type refusal struct {
	json    string
	problem Problem
}

var samples = []sample{
	{pg, "boolean", "Bool", [][2]string{{`true`, "true"}, {`false`, "false"}}, []refusal{{`1`, Mismatch}, {`null`, Null}, {`"t"`, Mismatch}}},
	{pg, "boolean", "UInt8", [][2]string{{`true`, "1"}, {`false`, "0"}}, []refusal{{`1`, Mismatch}}},
	{pg, "smallint", "Int16", [][2]string{{`-32768`, "-32768"}, {`32767`, "32767"}, {`0`, "0"}}, []refusal{{`32768`, Range}, {`-32769`, Range}, {`1.5`, Range}, {`"1"`, Mismatch}, {`true`, Mismatch}}},
	{pg, "smallint", "Int8", [][2]string{{`-128`, "-128"}, {`127`, "127"}}, []refusal{{`128`, Range}, {`-129`, Range}}},
	{pg, "integer", "Int32", [][2]string{{`-2147483648`, "-2147483648"}, {`2147483647`, "2147483647"}}, []refusal{{`2147483648`, Range}, {`null`, Null}}},
	{pg, "bigint", "Int64", [][2]string{{`-9223372036854775808`, "-9223372036854775808"}, {`9223372036854775807`, "9223372036854775807"}, {`9007199254740993`, "9007199254740993"}}, []refusal{{`9223372036854775808`, Range}, {`-9223372036854775809`, Range}, {`99999999999999999999999`, Range}, {`"infinity"`, Range}}},
	{pg, "integer", "UInt16", [][2]string{{`65535`, "65535"}, {`0`, "0"}, {`-0`, "0"}}, []refusal{{`-1`, Range}, {`65536`, Range}}},
	{pg, "integer", "UInt8", [][2]string{{`255`, "255"}}, []refusal{{`256`, Range}}},
	{pg, "oid", "UInt32", [][2]string{{`4294967295`, "4294967295"}}, []refusal{{`4294967296`, Range}}},
	{pg, "numeric(20,0)", "UInt64", [][2]string{{`"18446744073709551615"`, "18446744073709551615"}, {`"7.00"`, "7"}}, []refusal{{`"18446744073709551616"`, Range}, {`"7.01"`, Range}, {`7`, Mismatch}, {`"NaN"`, Range}}},
	{pg, "real", "Float32", [][2]string{{`1.5`, "1.5"}, {`0.1`, "0.1"}, {`3.4028235e+38`, "3.4028235e38"}, {`"NaN"`, "nan"}, {`"-Infinity"`, "-inf"}}, []refusal{{`1e39`, Range}, {`"1"`, Mismatch}}},
	{pg, "double precision", "Float64", [][2]string{{`0.1`, "0.1"}, {`1e+300`, "1e300"}, {`5e-324`, "5e-324"}, {`"Infinity"`, "inf"}, {`-7`, "-7"}}, []refusal{{`1e400`, Range}, {`true`, Mismatch}}},
	{pg, "double precision", "Float32", [][2]string{{`0.5`, "0.5"}, {`"NaN"`, "nan"}}, []refusal{{`0.1`, Range}}},
	{pg, "bigint", "Float64", [][2]string{{`9007199254740992`, "9007199254740992"}}, []refusal{{`9007199254740993`, Range}}},
	{pg, "numeric(9,2)", "Decimal(9, 2)", [][2]string{{`"1234567.89"`, "1234567.89"}, {`"-0.01"`, "-0.01"}, {`"12.5"`, "12.5"}, {`"12.500"`, "12.5"}, {`"0"`, "0"}}, []refusal{{`"12345678.90"`, Range}, {`"0.001"`, Range}, {`"NaN"`, Range}, {`"Infinity"`, Range}, {`"x"`, Mismatch}, {`""`, Mismatch}, {`null`, Null}}},
	{pg, "numeric(18,4)", "Decimal(18, 4)", [][2]string{{`"99999999999999.9999"`, "99999999999999.9999"}, {`"-99999999999999.9999"`, "-99999999999999.9999"}}, []refusal{{`"100000000000000"`, Range}}},
	{pg, "numeric(38,10)", "Decimal(38, 10)", [][2]string{{`"9999999999999999999999999999.9999999999"`, "9999999999999999999999999999.9999999999"}, {`"-1"`, "-1"}, {`"-9999999999999999999999999999.9999999999"`, "-9999999999999999999999999999.9999999999"}}, []refusal{{`"10000000000000000000000000000"`, Range}, {`"0.00000000001"`, Range}}},
	{pg, "numeric(76,3)", "Decimal(76, 3)", [][2]string{{`"-1234567890123456789012345678901234567890123456789012345678901234567890123.456"`, "-1234567890123456789012345678901234567890123456789012345678901234567890123.456"}, {`"1"`, "1"}}, []refusal{{`"12345678901234567890123456789012345678901234567890123456789012345678901234"`, Range}}},
	{pg, "numeric", "String", [][2]string{{`"1.50"`, "1.50"}, {`"NaN"`, "NaN"}}, []refusal{{`null`, Null}, {`true`, Mismatch}}},
	{pg, "money", "String", [][2]string{{`"$1,000.00"`, "$1,000.00"}}, nil},
	{pg, "text", "String", [][2]string{{`"a\nb\u00e9\ud83d\ude00\"\\\/"`, "a\nbé😀\"\\/"}, {`""`, ""}, {`"plain"`, "plain"}}, []refusal{{`1`, Mismatch}, {`null`, Null}}},
	{pg, "text", "FixedString(3)", [][2]string{{`"abc"`, "abc"}}, []refusal{{`"ab"`, Range}, {`"abcd"`, Range}}},
	{pg, "text", "LowCardinality(String)", [][2]string{{`"EUR"`, "EUR"}, {`"USD"`, "USD"}, {`"EUR"`, "EUR"}, {`""`, ""}, {`"\u0041"`, "A"}}, []refusal{{`null`, Null}, {`7`, Mismatch}}},
	{pg, "enum", "LowCardinality(Nullable(String))", [][2]string{{`"a"`, "a"}, {`null`, "NULL"}, {`""`, ""}, {`"a"`, "a"}}, []refusal{{`{}`, Mismatch}}},
	{pg, "bytea", "String", [][2]string{{`"3q2+7w=="`, "\xde\xad\xbe\xef"}, {`""`, ""}}, []refusal{{`"?"`, Mismatch}, {`1`, Mismatch}}},
	{pg, "uuid", "UUID", [][2]string{{`"018f3c6e-0000-7000-8000-00000000000a"`, "018f3c6e-0000-7000-8000-00000000000a"}, {`"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"`, "ffffffff-ffff-ffff-ffff-ffffffffffff"}}, []refusal{{`"018f3c6e"`, Mismatch}, {`"018f3c6e-0000-7000-8000-00000000000g"`, Mismatch}, {`null`, Null}}},
	{pg, "date", "Date32", [][2]string{{`19723`, "2024-01-01"}, {`-25567`, "1900-01-01"}, {`120529`, "2299-12-31"}}, []refusal{{`-25568`, Range}, {`120530`, Range}, {`"infinity"`, Range}, {`"-infinity"`, Range}, {`"2024-01-01"`, Mismatch}}},
	{pg, "date", "Date", [][2]string{{`0`, "1970-01-01"}, {`65535`, "2149-06-06"}}, []refusal{{`-1`, Range}, {`65536`, Range}}},
	{pg, "timestamp", "DateTime64(6, 'UTC')", [][2]string{{`1704067200000001`, "2024-01-01 00:00:00.000001"}, {`-2208988800000000`, "1900-01-01 00:00:00.000000"}, {`10413791999999999`, "2299-12-31 23:59:59.999999"}}, []refusal{{`-2208988800000001`, Range}, {`10413792000000000`, Range}, {`"infinity"`, Range}, {`92233720368547758080`, Range}}},
	{pg, "timestamptz", "DateTime64(6, 'UTC')", [][2]string{{`"2024-02-29T23:59:59.000001Z"`, "2024-02-29 23:59:59.000001"}, {`"1969-12-31T23:59:59.9Z"`, "1969-12-31 23:59:59.900000"}, {`"2299-12-31T23:59:59Z"`, "2299-12-31 23:59:59.000000"}}, []refusal{{`"2300-01-01T00:00:00Z"`, Range}, {`"+12024-01-01T00:00:00Z"`, Range}, {`"-0043-01-01T00:00:00Z"`, Range}, {`"-infinity"`, Range}, {`"2024-01-01"`, Mismatch}, {`17`, Mismatch}}},
	{pg, "timestamptz", "DateTime64(3, 'UTC')", [][2]string{{`"2024-01-01T00:00:00.123Z"`, "2024-01-01 00:00:00.123"}}, []refusal{{`"2024-01-01T00:00:00.123001Z"`, Range}}},
	{pg, "timestamptz", "DateTime64(9, 'UTC')", [][2]string{{`"2024-01-01T00:00:00.123456Z"`, "2024-01-01 00:00:00.123456000"}}, []refusal{{`"2270-01-01T00:00:00Z"`, Range}}},
	{pg, "timestamptz", "DateTime('UTC')", [][2]string{{`"2024-01-01T00:00:00Z"`, "2024-01-01 00:00:00"}}, []refusal{{`"1969-12-31T23:59:59Z"`, Range}, {`"2024-01-01T00:00:00.5Z"`, Range}}},
	{pg, "timestamptz", "Nullable(DateTime64(6, 'UTC'))", [][2]string{{`null`, "NULL"}, {`"2024-01-01T00:00:00Z"`, "2024-01-01 00:00:00.000000"}}, []refusal{{`"infinity"`, Range}}},
	{pg, "time", "Int64", [][2]string{{`86400000000`, "86400000000"}}, nil},
	{pg, "jsonb", "String", [][2]string{{`"{\"a\": [1, null]}"`, `{"a": [1, null]}`}}, []refusal{{`{"a":1}`, Mismatch}}},
	{pg, "text", "Nullable(String)", [][2]string{{`null`, "NULL"}, {`""`, ""}, {`"x"`, "x"}}, []refusal{{`1`, Mismatch}}},
	{pg, "numeric(12,2)", "Nullable(Decimal(12, 2))", [][2]string{{`"1.5"`, "1.5"}, {`null`, "NULL"}}, nil},
	{pg, "text[]", "Array(Nullable(String))", [][2]string{{`["a",null,"b"]`, "['a',NULL,'b']"}, {`[]`, "[]"}, {`null`, "[]"}}, []refusal{{`["a",1]`, Mismatch}, {`[["a"]]`, Mismatch}, {`"a"`, Mismatch}}},
	{pg, "integer[]", "Array(Int32)", [][2]string{{`[1,2]`, "[1,2]"}, {`[]`, "[]"}}, []refusal{{`[1,null]`, Null}, {`[1,99999999999]`, Range}}},
	{pg, "enum[]", "Array(LowCardinality(Nullable(String)))", [][2]string{{`["a",null]`, "['a',NULL]"}, {`[]`, "[]"}}, nil},
	{pg, "text[]", "String", [][2]string{{`["a","b"]`, `["a","b"]`}}, nil},

	{mongo, "objectid", "String", [][2]string{{`{"$oid":"507f1f77bcf86cd799439011"}`, "507f1f77bcf86cd799439011"}}, []refusal{{`"507f1f77bcf86cd799439011"`, Mismatch}, {`{"$oid":1}`, Mismatch}, {`null`, Null}}},
	{mongo, "objectid", "FixedString(24)", [][2]string{{`{"$oid":"507f1f77bcf86cd799439011"}`, "507f1f77bcf86cd799439011"}}, nil},
	{mongo, "string", "LowCardinality(String)", [][2]string{{`"x"`, "x"}}, []refusal{{`{"$oid":"507f1f77bcf86cd799439011"}`, Mismatch}}},
	{mongo, "bool", "Bool", [][2]string{{`true`, "true"}}, []refusal{{`"true"`, Mismatch}}},
	{mongo, "int", "Int32", [][2]string{{`7`, "7"}, {`7.0`, "7"}, {`{"$numberLong":"8"}`, "8"}, {`1E+3`, "1000"}}, []refusal{{`7.5`, Range}, {`{"$numberLong":"2147483648"}`, Range}, {`"7"`, Mismatch}, {`true`, Mismatch}, {`{"$date":7}`, Mismatch}, {`{"$numberDouble":"NaN"}`, Range}}},
	{mongo, "long", "Int64", [][2]string{{`{"$numberLong":"-9223372036854775808"}`, "-9223372036854775808"}, {`7`, "7"}}, []refusal{{`{"$numberLong":"9223372036854775808"}`, Range}, {`{"$numberLong":"7","x":1}`, Mismatch}}},
	{mongo, "double", "Float64", [][2]string{{`7.5`, "7.5"}, {`{"$numberDouble":"NaN"}`, "nan"}, {`{"$numberDouble":"-Infinity"}`, "-inf"}, {`{"$numberLong":"7"}`, "7"}}, []refusal{{`{"$numberLong":"9007199254740993"}`, Range}, {`"NaN"`, Mismatch}, {`{"$numberDecimal":"0.1"}`, Mismatch}}},
	{mongo, "decimal128", "Decimal(18, 2)", [][2]string{{`{"$numberDecimal":"12.50"}`, "12.5"}, {`{"$numberDecimal":"1E+3"}`, "1000"}, {`{"$numberDecimal":"-150E-2"}`, "-1.5"}, {`7`, "7"}, {`{"$numberLong":"8"}`, "8"}, {`0.1`, "0.1"}, {`{"$numberDecimal":"0E+6000"}`, "0"}}, []refusal{{`{"$numberDecimal":"NaN"}`, Range}, {`{"$numberDecimal":"1E+6144"}`, Range}, {`{"$numberDecimal":"0.001"}`, Range}, {`"12.50"`, Mismatch}}},
	{mongo, "decimal128", "String", [][2]string{{`{"$numberDecimal":"12.50"}`, "12.50"}}, []refusal{{`12.5`, Mismatch}}},
	{mongo, "date", "DateTime64(3, 'UTC')", [][2]string{{`{"$date":1704067200123}`, "2024-01-01 00:00:00.123"}, {`{"$date":{"$numberLong":"-1"}}`, "1969-12-31 23:59:59.999"}}, []refusal{{`{"$date":253402300800000}`, Range}, {`1704067200123`, Mismatch}, {`{"$date":"x"}`, Mismatch}}},
	{mongo, "date", "Date32", [][2]string{{`{"$date":1704067200000}`, "2024-01-01"}}, []refusal{{`{"$date":1704067200123}`, Range}}},
	{mongo, "timestamp", "UInt64", [][2]string{{`{"$timestamp":{"t":1,"i":2}}`, "4294967298"}}, []refusal{{`{"$timestamp":{"t":4294967296,"i":2}}`, Mismatch}, {`7`, Mismatch}}},
	{mongo, "uuid", "UUID", [][2]string{{`{"$binary":{"base64":"AY88bgAAcACAAAAAAAAACg==","subType":"04"}}`, "018f3c6e-0000-7000-8000-00000000000a"}, {`{"$uuid":"018f3c6e-0000-7000-8000-00000000000a"}`, "018f3c6e-0000-7000-8000-00000000000a"}}, []refusal{{`{"$binary":{"base64":"AY88bgAAcACAAAAAAAAACg==","subType":"03"}}`, Mismatch}, {`{"$binary":{"base64":"AY8=","subType":"04"}}`, Mismatch}}},
	{mongo, "bindata", "String", [][2]string{{`{"$binary":{"base64":"3q0=","subType":"00"}}`, "\xde\xad"}}, []refusal{{`"3q0="`, Mismatch}}},
	{mongo, "json", "String", [][2]string{{`{"a":[1,"x"]}`, `{"a":[1,"x"]}`}, {`"t\n"`, `"t\n"`}, {`1.0`, "1.0"}, {`true`, "true"}}, nil},
	{mongo, "json", "Nullable(String)", [][2]string{{`{"a":1}`, `{"a":1}`}, {`null`, "NULL"}}, nil},
	{mongo, "string[]", "Array(String)", [][2]string{{`["a","b"]`, "['a','b']"}, {`null`, "[]"}}, []refusal{{`["a",null]`, Null}}},
	{mongo, "decimal128", "Array(Decimal(18, 2))", [][2]string{{`[{"$numberDecimal":"1.50"},2]`, "[1.5,2]"}}, []refusal{{`[null]`, Null}}},
}

// name is the sample's name for files and tables.
func (s *sample) name() string { return s.family.String() + " " + s.source + " in " + s.clickhouse }

func (s *sample) make(t testing.TB) Column {
	t.Helper()
	typ, err := types.Parse(s.family, s.source)
	require.NoError(t, err, s.name())
	c, err := New(typ, s.clickhouse)
	require.NoError(t, err, s.name())
	return c
}

// filled is a column with all good values.
func (s *sample) filled(t testing.TB) Column {
	t.Helper()
	c := s.make(t)
	for _, g := range s.good {
		require.NoError(t, c.Append(token(t, g[0])), "%s: %s", s.name(), g[0])
	}
	return c
}

func token(t testing.TB, json string) wire.Token {
	t.Helper()
	tok, err := wire.Parse([]byte(json))
	require.NoError(t, err, json)
	return tok
}
