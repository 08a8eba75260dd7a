package types

// Row is a line of the type table.
type Row struct {
	Family Family
	Name   string
	// Aliases are the other names under which a contract may give the type.
	Aliases []string
	Form    Form
	// Example is a value on the wire.
	Example string
	// ClickHouse is the type a column gets when its contract names none.
	ClickHouse string
	// Edge says what becomes of values that the ClickHouse type cannot hold.
	Edge string
}

const (
	edgeNone     = ""
	edgeDead     = "out of range: dead letter"
	edgeInfinity = "out of range and ±infinity: dead letter"
	edgeDigits   = "NaN, ±Infinity, too many digits: dead letter; never rounded"
)

// Table gives the rows in the order of TYPES.md.
func Table() []Row { return append(append([]Row(nil), postgres...), mongo...) }

var postgres = []Row{
	{PostgreSQL, "boolean", []string{"bool"}, FormBool, `true`, "Bool", edgeNone},
	{PostgreSQL, "smallint", []string{"int2", "smallserial"}, FormInt, `-7`, "Int16", edgeDead},
	{PostgreSQL, "integer", []string{"int", "int4", "serial"}, FormInt, `42`, "Int32", edgeDead},
	{PostgreSQL, "bigint", []string{"int8", "bigserial"}, FormInt, `9007199254740993`, "Int64", edgeDead},
	{PostgreSQL, "oid", []string{"xid", "cid"}, FormInt, `16384`, "UInt32", edgeDead},
	{PostgreSQL, "real", []string{"float4"}, FormFloat, `1.5`, "Float32", edgeNone},
	{PostgreSQL, "double precision", []string{"float8", "float"}, FormFloat, `0.1`, "Float64", edgeNone},
	{PostgreSQL, "numeric", []string{"decimal"}, FormDecimal, `"12.50"`, "Decimal(p, s); String without parameters", edgeDigits},
	{PostgreSQL, "money", nil, FormString, `"$12.50"`, "String", edgeNone},
	{PostgreSQL, "text", []string{"character varying", "varchar", "character", "char", "bpchar", "name", "citext", "xml"}, FormString, `"a\nb"`, "String", edgeNone},
	{PostgreSQL, "bytea", nil, FormBase64, `"3q2+7w=="`, "String", edgeNone},
	{PostgreSQL, "uuid", nil, FormString, `"018f3c6e-0000-7000-8000-000000000001"`, "UUID", edgeNone},
	{PostgreSQL, "date", nil, FormDays, `19723`, "Date32", edgeInfinity},
	{PostgreSQL, "timestamp without time zone", []string{"timestamp"}, FormMicros, `1704067200000001`, "DateTime64(6, 'UTC')", edgeInfinity},
	{PostgreSQL, "timestamp with time zone", []string{"timestamptz"}, FormRFC3339, `"2024-01-01T00:00:00.000001Z"`, "DateTime64(6, 'UTC')", edgeInfinity},
	{PostgreSQL, "time without time zone", []string{"time"}, FormMicros, `43200000000`, "Int64", edgeNone},
	{PostgreSQL, "time with time zone", []string{"timetz"}, FormString, `"12:00:00+02"`, "String", edgeNone},
	{PostgreSQL, "interval", nil, FormString, `"1 mon 02:00:00"`, "String", edgeNone},
	{PostgreSQL, "json", []string{"jsonb"}, FormString, `"{\"a\": 1}"`, "String", edgeNone},
	{PostgreSQL, "enum", nil, FormString, `"captured"`, "LowCardinality(String)", edgeNone},
	{PostgreSQL, "inet", []string{"cidr", "macaddr", "macaddr8"}, FormString, `"10.0.0.1/8"`, "String", edgeNone},
	{PostgreSQL, "bit", []string{"bit varying", "varbit"}, FormString, `"1010"`, "String", edgeNone},
	{PostgreSQL, "other", []string{"hstore", "point", "line", "lseg", "box", "path", "polygon", "circle", "tsvector", "tsquery", "pg_lsn", "ltree", "vector", "geometry", "geography",
		"int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange", "int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange", "datemultirange"},
		FormString, `"[1,5)"`, "String", edgeNone},
}

var mongo = []Row{
	{MongoDB, "objectid", nil, FormExtJSON, `{"$oid":"507f1f77bcf86cd799439011"}`, "String", edgeNone},
	{MongoDB, "string", nil, FormExtJSON, `"text"`, "String", edgeNone},
	{MongoDB, "bool", []string{"boolean"}, FormExtJSON, `true`, "Bool", edgeNone},
	{MongoDB, "int", []string{"int32"}, FormExtJSON, `7`, "Int32", edgeDead},
	{MongoDB, "long", []string{"int64"}, FormExtJSON, `{"$numberLong":"7"}`, "Int64", edgeDead},
	{MongoDB, "double", nil, FormExtJSON, `7.5; {"$numberDouble":"NaN"}`, "Float64", edgeNone},
	{MongoDB, "decimal128", []string{"decimal"}, FormExtJSON, `{"$numberDecimal":"12.50"}`, "String", edgeDigits},
	{MongoDB, "date", nil, FormExtJSON, `{"$date":1704067200000}`, "DateTime64(3, 'UTC')", edgeDead},
	{MongoDB, "timestamp", nil, FormExtJSON, `{"$timestamp":{"t":1,"i":2}}`, "UInt64", edgeNone},
	{MongoDB, "uuid", nil, FormExtJSON, `{"$binary":{"base64":"..","subType":"04"}}`, "UUID", edgeNone},
	{MongoDB, "bindata", []string{"binary"}, FormExtJSON, `{"$binary":{"base64":"3q0=","subType":"00"}}`, "String", edgeNone},
	{MongoDB, "json", []string{"object", "array", "document", "mixed"}, FormExtJSON, `any value`, "String (the extended JSON)", edgeNone},
}

// find gives the row of a name or alias.
func find(f Family, name string) (*Row, bool) {
	rows := postgres
	if f == MongoDB {
		rows = mongo
	}
	for i := range rows {
		if rows[i].Name == name {
			return &rows[i], true
		}
		for _, a := range rows[i].Aliases {
			if a == name {
				return &rows[i], true
			}
		}
	}
	return nil, false
}
