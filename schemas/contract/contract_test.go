package contract

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

const orders = `contract: 1
source: mongo
collection: shop.orders
target: shop.orders
key: [id]
columns:
  - {name: id, path: _id, type: objectid}
  - {name: city, path: shipping.city, type: string, nullable: true}
  - {name: item_price, path: "items[].price", type: decimal128, clickhouse: "Decimal(18, 2)"}
  - {name: item_category, path: "items[].category", type: string, nullable: true, clickhouse: "LowCardinality(String)"}
`

const payments = `contract: 1
source: pg
table: public.payments
target: shop.payments
key: [id]
columns:
  - {name: id, type: uuid}
  - {name: amount, type: "numeric(12,2)", nullable: true}
  - {name: tags, type: "text[]"}
`

func TestParse(t *testing.T) {
	c, err := Parse([]byte(orders))
	require.NoError(t, err)
	require.Equal(t, "mongo.shop.orders", c.Topic())
	require.Equal(t, "id", c.KeyColumns()[0].Name)
	want := []string{"String", "Nullable(String)", "Array(Decimal(18, 2))", "Array(LowCardinality(Nullable(String)))"}
	for i, ch := range want {
		require.Equal(t, ch, c.Columns[i].ClickHouse)
	}
	c, err = Parse([]byte(payments))
	require.NoError(t, err)
	want = []string{"UUID", "Nullable(Decimal(12, 2))", "Array(Nullable(String))"}
	for i, ch := range want {
		require.Equal(t, ch, c.Columns[i].ClickHouse)
	}
}

// What discover prints must be read back as the same contract, by the same id.
func TestMarshalRoundTrip(t *testing.T) {
	for _, text := range []string{orders, payments} {
		c, err := Parse([]byte(text))
		require.NoError(t, err)
		out, err := c.Marshal()
		require.NoError(t, err)
		again, err := Parse(out)
		require.NoError(t, err, string(out))
		require.Equal(t, c, again)
		require.Equal(t, c.ID(), again.ID())
	}
}

func TestEveryChangeOfMeaningChangesTheID(t *testing.T) {
	base, err := Parse([]byte(payments))
	require.NoError(t, err)
	for _, text := range []string{
		"table: public.payments|table: public.payment", "nullable: true|nullable: false",
		"numeric(12,2)|numeric(12,3)", "source: pg|source: pg2", "{name: tags|{name: labels",
	} {
		old, changed, _ := cutPair(text)
		c, err := Parse([]byte(replaceOnce(t, payments, old, changed)))
		require.NoError(t, err, text)
		require.NotEqual(t, base.ID(), c.ID(), text)
	}
}

func TestRefusals(t *testing.T) {
	for name, change := range map[string]string{
		"unknown member":  "source: pg|sauce: pg",
		"other version":   "contract: 1|contract: 2",
		"dotted source":   "source: pg|source: p.g",
		"bare table":      "public.payments|payments",
		"own database":    "target: shop.payments|target: raw.payments",
		"unknown key":     "key: [id]|key: [nosuch]",
		"nullable key":    "key: [id]|key: [amount]",
		"array key":       "key: [id]|key: [tags]",
		"unknown type":    "type: uuid|type: nosuch",
		"reserved column": "name: amount|name: _sign",
		"twice":           "name: amount|name: id",
		"path":            "type: uuid|path: a, type: uuid",
	} {
		old, changed, _ := cutPair(change)
		_, err := Parse([]byte(replaceOnce(t, payments, old, changed)))
		require.ErrorIs(t, err, ErrContract, name)
	}
}

func TestLoadRefusesClashes(t *testing.T) {
	fs := fstest.MapFS{"a.yaml": {Data: []byte(orders)}, "b.yaml": {Data: []byte(payments)}, "README.md": {Data: []byte("x")}}
	all, err := Load(fs)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Len(t, OfSource(all, "pg"), 1)

	fs["c.yaml"] = fs["b.yaml"]
	_, err = Load(fs)
	require.ErrorIs(t, err, ErrContract)

	fs["c.yaml"] = &fstest.MapFile{Data: []byte(replaceOnce(t, payments, "public.payments", "public.other"))}
	_, err = Load(fs)
	require.ErrorIs(t, err, ErrContract, "two tables cannot share raw.payments")

	_, err = Load(fstest.MapFS{})
	require.ErrorIs(t, err, ErrContract)
}

func TestTheShopsContractsLoad(t *testing.T) {
	all, err := Load(os.DirFS("../shop"))
	require.NoError(t, err)
	require.Len(t, all, 6)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(orders))
	f.Add([]byte(payments))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse(text)
		if err != nil {
			return
		}
		out, err := c.Marshal()
		require.NoError(t, err)
		again, err := Parse(out)
		require.NoError(t, err)
		require.Equal(t, c.ID(), again.ID())
	})
}
