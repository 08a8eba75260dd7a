package rows

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

const orders = `contract: 1
source: mongo
collection: shop.orders
target: shop.orders
key: [id]
columns:
  - {name: id, path: _id, type: objectid}
  - {name: status, type: string, clickhouse: LowCardinality(String)}
  - {name: city, path: shipping.city, type: string, nullable: true}
  - {name: geo, path: shipping.geo, type: json, nullable: true}
  - {name: item_price, path: "items[].price", type: decimal128, clickhouse: "Decimal(18, 2)"}
  - {name: item_category, path: "items[].product.category", type: string, nullable: true}
  - {name: tags, path: "tags[]", type: string}
  - {name: document, path: ".", type: json}
`

// mongoValue wraps documents as capture does: strings within the envelope.
func mongoValue(before, after string, op event.Op) []byte {
	quote := func(doc string) string {
		if doc == "" {
			return "null"
		}
		return string(wire.AppendString(nil, []byte(doc)))
	}
	return fmt.Appendf(nil, `{"before":%s,"after":%s,"source":{"connector":"mongodb","db":"shop","collection":"orders","ord":1},"op":"%s","ts_ms":1}`, quote(before), quote(after), op)
}

func mongoRecord(op event.Op, commit uint64, before, after string) *Record {
	return &Record{Key: []byte(`{"id":"{\"$oid\":\"507f1f77bcf86cd799439011\"}"}`), Value: mongoValue(before, after, op), Header: header(op, commit)}
}

const order = `{"_id":{"$oid":"507f1f77bcf86cd799439011"},"status":"paid \"now\"","extra":{"items":[{"price":"no"}]},"shipping":{"zip":"1","city":"Köln","geo":{"lat":1.0}},` +
	`"items":[{"price":{"$numberDecimal":"12.50"},"product":{"category":"toys","x":1}},{"product":{},"price":3}],"tags":["a","b"]}`

func TestMongoBlock(t *testing.T) {
	b := compile(t, parseContract(t, orders))
	require.NoError(t, b.Add(mongoRecord(event.Create, 1, "", order), true))
	require.NoError(t, b.Add(mongoRecord(event.Update, 2, order, `{"_id":{"$oid":"507f1f77bcf86cd799439011"},"status":"sent"}`), true))
	require.NoError(t, b.Add(mongoRecord(event.Delete, 3, `{"_id":{"$oid":"507f1f77bcf86cd799439011"},"status":"sent"}`, ""), true))
	require.Equal(t, Counts{Records: 3, Inserted: 1, Updated: 1, Deleted: 1}, b.Counts())
	require.NoError(t, b.Counts().Check(b.Rows()))
	golden(t, b, "testdata/orders.hex")
}

// Each path finds what a plain walk through the document finds.
func TestPathsFindTheirValues(t *testing.T) {
	c := parseContract(t, orders)
	b := compile(t, c)
	require.NoError(t, b.Add(mongoRecord(event.Create, 1, "", order), true))
	for name, want := range map[string]string{
		"id": `{"$oid":"507f1f77bcf86cd799439011"}`, "status": `"paid \"now\""`, "city": `"Köln"`, "geo": `{"lat":1.0}`,
		"item_price": `[12.50,3]`, "item_category": `["toys",null]`, "tags": `["a","b"]`, "document": order,
	} {
		i := c.Column(name)
		typ := c.Columns[i].Type
		if name == "tags" || name == "item_category" {
			elem := typ
			typ = types.Type{Family: types.MongoDB, Form: types.FormArray, Name: "array", Elem: &elem}
		}
		col, err := column.New(typ, c.Columns[i].ClickHouse)
		require.NoError(t, err)
		tok, err := wire.Parse([]byte(want))
		require.NoError(t, err)
		require.NoError(t, col.Append(tok), name)
		require.Equal(t, col.AppendValue(nil, 0), b.cols[i].AppendValue(nil, 0), name)
	}
}

func TestDocumentsThatDoNotFit(t *testing.T) {
	b := compile(t, parseContract(t, orders))
	id := `"_id":{"$oid":"507f1f77bcf86cd799439011"}`
	for name, c := range map[string]struct {
		doc, column, message string
		class                Class
	}{
		"missing element field": {`{` + id + `,"status":"a","items":[{"price":1},{"price":2},{"price":3},{"x":1}]}`, "item_price", "missing items[3].price", Missing},
		"null element field":    {`{` + id + `,"status":"a","items":[{"price":null}]}`, "item_price", "items[0]", Missing},
		"element is a scalar":   {`{` + id + `,"status":"a","items":[7]}`, "item_price", "missing items[0].price", Missing},
		"element out of range":  {`{` + id + `,"status":"a","items":[{"price":0.001}]}`, "item_price", "items[0]", Range},
		"array is an object":    {`{` + id + `,"status":"a","items":{"price":1}}`, "item_price", "not an array", Mismatch},
		"null in plain array":   {`{` + id + `,"status":"a","tags":["a",null]}`, "tags", "tags[1]: null", Missing},
		"missing":               {`{` + id + `}`, "status", "missing status", Missing},
		"no id":                 {`{"status":"a"}`, "id", "missing _id", Missing},
		"twice":                 {`{` + id + `,"status":"a","status":"b"}`, "", "twice", Malformed},
		"array twice":           {`{` + id + `,"status":"a","items":[],"items":[]}`, "", "twice", Malformed},
		"element field twice":   {`{` + id + `,"status":"a","items":[{"price":1,"price":2}]}`, "", "twice", Malformed},
		"not a document":        {`[1]`, "", "not a document", Malformed},
		"broken":                {`{` + id + `,"status":"a"`, "", "does not end", Malformed},
		"broken element":        {`{` + id + `,"status":"a","items":[{"price" 1}]}`, "", "items[0]", Malformed},
	} {
		for _, chained := range []bool{true, false} {
			err := b.Add(mongoRecord(event.Create, 1, "", c.doc), chained)
			var reject *Reject
			require.ErrorAs(t, err, &reject, name)
			require.Equal(t, c.class, reject.Class, "%s: %v", name, err)
			require.Equal(t, c.column, reject.Column, "%s: %v", name, err)
			require.ErrorContains(t, reject, c.message, name)
			require.Zero(t, b.Rows())
			b.Checksum()
		}
	}
	b.Begin(Place{})
	require.NoError(t, b.Add(mongoRecord(event.Create, 1, "", `{`+id+`,"status":"a","shipping":"nowhere","items":null}`), true), "what is absent may be absent")
	require.Equal(t, 1, b.Rows())
}

func TestUnchainedDocumentsAreLookedUpByID(t *testing.T) {
	c := parseContract(t, orders)
	raw, b := newFakeRaw(t, c), compile(t, c)
	require.NoError(t, b.Add(mongoRecord(event.Create, 1, "", order), true))
	raw.insert(t, b)
	b.Begin(Place{Incarnation: "i1"})
	del := mongoRecord(event.Delete, 2, "", "")
	del.Offset = 1
	require.NoError(t, b.Add(del, false))
	_, err := b.Resolve(t.Context(), raw)
	require.NoError(t, err)
	require.Equal(t, Counts{Records: 1, Deleted: 1}, b.Counts())
	raw.insert(t, b)
	require.Empty(t, raw.live(t))
}
