package discover

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
)

func f(key string, value any) bson.E { return bson.E{Key: key, Value: value} }

func decimal(t *testing.T, s string) bson.Decimal128 {
	d, err := bson.ParseDecimal128(s)
	require.NoError(t, err)
	return d
}

func sample(t *testing.T, docs ...bson.D) *Sample {
	s := New()
	for _, d := range docs {
		raw, err := bson.Marshal(d)
		require.NoError(t, err)
		require.NoError(t, s.Add(raw))
	}
	return s
}

func TestContract(t *testing.T) {
	s := sample(t,
		bson.D{f("name", "x"), f("_id", bson.NewObjectID()), f("total", decimal(t, "1.50")), f("n", int32(1)), f("at", bson.DateTime(1)),
			f("ship", bson.D{f("city", "a"), f("geo", bson.D{f("lat", 1.5)})}), f("tags", bson.A{"a", nil}),
			f("items", bson.A{bson.D{f("price", decimal(t, "0.125")), f("q", int32(1))}, bson.D{f("price", decimal(t, "2E+2")), f("sub", bson.A{int32(1)})}}),
			f("mixed", "a"), f("f", int32(1)), f("none", nil), f("a-b", true), f("a_b", true), f("a.b", 1), f("u", bson.Binary{Subtype: 4, Data: make([]byte, 16)}), f("empty", bson.A{})},
		bson.D{f("_id", bson.NewObjectID()), f("total", decimal(t, "7")), f("n", int64(1)), f("at", bson.DateTime(1)),
			f("ship", bson.D{f("city", nil), f("geo", bson.D{f("lat", 2.5)})}), f("tags", bson.A{}), f("items", bson.A{}), f("mixed", int32(1)), f("f", math.Pi),
			f("a-b", false), f("a_b", false), f("u", bson.Binary{Subtype: 4, Data: make([]byte, 16)}), f("name", "y")})
	c, notes, err := s.Contract("mongo", "shop", "orders")
	require.NoError(t, err)
	text, err := c.Marshal()
	require.NoError(t, err)
	require.Equal(t, `contract: 1
source: mongo
collection: shop.orders
target: shop.orders
key: [id]
columns:
  - name: id
    path: _id
    type: objectid
  - name: name
    type: string
  - name: total
    type: decimal128
    clickhouse: Decimal(38, 2)
  - name: "n"
    type: long
  - name: at
    type: date
  - name: ship_city
    path: ship.city
    type: string
    nullable: true
  - name: ship_geo_lat
    path: ship.geo.lat
    type: double
  - name: tags
    path: tags[]
    type: string
    nullable: true
  - name: items_price
    path: items[].price
    type: decimal128
    clickhouse: Array(Decimal(38, 3))
  - name: items_q
    path: items[].q
    type: int
    nullable: true
  - name: items_sub
    path: items[].sub
    type: json
    nullable: true
  - name: mixed
    type: json
  - name: f
    type: double
  - name: none
    type: json
    nullable: true
  - name: a_b
    path: a-b
    type: bool
  - name: a_b_2
    path: a_b
    type: bool
  - name: u
    type: uuid
  - name: empty
    type: json
    nullable: true
`, string(text))
	require.Equal(t, []string{
		"mixed: values of different types (string, int), kept as JSON",
		"none: only nulls were seen, kept as JSON",
		"a.b: the name cannot stand in a path; the field is left out",
	}, notes)
}

func TestEmptyCollection(t *testing.T) {
	c, notes, err := New().Contract("mongo", "shop", "new.ones")
	require.NoError(t, err)
	require.Equal(t, "shop.new_ones", c.Target.String())
	require.Equal(t, "_id", c.KeyColumns()[0].Path)
	require.Len(t, notes, 1)
}

func TestDocumentIDsStayWhole(t *testing.T) {
	c, _, err := sample(t, bson.D{f("_id", bson.D{f("a", 1), f("b", 2)})}).Contract("mongo", "shop", "c")
	require.NoError(t, err)
	require.Len(t, c.Columns, 1)
	require.Equal(t, "json", c.Columns[0].Type.Name)
}
