package compare

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Mongo reads collections from MongoDB.
type Mongo struct{ Client *mongo.Client }

// Digest reads the whole collection.
func (m Mongo) Digest(ctx context.Context, c *contract.Contract) (*Digest, error) {
	cur, err := m.Client.Database(c.Namespace).Collection(c.Table).Find(ctx, bson.D{})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c.Name(), err)
	}
	defer cur.Close(ctx)
	cols := comparable(c)
	d, fields := NewDigest(), make([]string, len(cols))
	for cur.Next(ctx) {
		for i, col := range cols {
			fields[i] = documentText(cur.Current, col)
		}
		d.Add(keyOf(c, cols, fields), fields)
	}
	if err := cur.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", c.Name(), err)
	}
	return d, nil
}

// documentText is what a document holds at a column's path.
func documentText(doc bson.Raw, col contract.Column) string {
	if before, after, gathered := strings.Cut(col.Path, "[]"); gathered {
		list, ok := at(bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: doc}, before)
		return gather(list, ok, strings.TrimPrefix(after, "."), col.ClickHouse)
	}
	v, ok := at(bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: doc}, col.Path)
	if inner, array := element(base(col.ClickHouse)); array {
		return gather(v, ok, "", "Array("+inner+")")
	}
	if !ok || v.Type == bson.TypeNull {
		return null
	}
	return canonical(col.ClickHouse, valueText(v))
}

// gather prints the member at path of each element of a list.
func gather(list bson.RawValue, ok bool, path, clickhouse string) string {
	inner, _ := element(base(clickhouse))
	out := []string{}
	if ok && list.Type == bson.TypeArray {
		elems, _ := list.Array().Values()
		for _, e := range elems {
			text := null
			if v, ok := at(e, path); ok && v.Type != bson.TypeNull {
				text = canonical(inner, valueText(v))
			}
			out = append(out, text)
		}
	}
	return fmt.Sprintf("%q", out)
}

// at follows a dotted path; the empty path is the value itself.
func at(v bson.RawValue, path string) (bson.RawValue, bool) {
	if path == "" {
		return v, true
	}
	for _, part := range strings.Split(path, ".") {
		doc, ok := v.DocumentOK()
		if !ok {
			return v, false
		}
		var err error
		if v, err = doc.LookupErr(part); err != nil {
			return v, false
		}
	}
	return v, true
}

// valueText prints a scalar as ClickHouse prints the type that it becomes.
func valueText(v bson.RawValue) string {
	switch v.Type {
	case bson.TypeString:
		return v.StringValue()
	case bson.TypeObjectID:
		return v.ObjectID().Hex()
	case bson.TypeBoolean:
		return strconv.FormatBool(v.Boolean())
	case bson.TypeInt32:
		return strconv.Itoa(int(v.Int32()))
	case bson.TypeInt64:
		return strconv.FormatInt(v.Int64(), 10)
	case bson.TypeDouble:
		return strconv.FormatFloat(v.Double(), 'g', -1, 64)
	case bson.TypeDecimal128:
		return v.Decimal128().String()
	case bson.TypeDateTime:
		return time.UnixMilli(v.DateTime()).UTC().Format("2006-01-02 15:04:05.000")
	case bson.TypeBinary:
		_, b := v.Binary()
		return binaryText(b)
	}
	return v.String()
}

func binaryText(b []byte) string {
	if len(b) != 16 {
		return hex.EncodeToString(b)
	}
	h := hex.EncodeToString(b)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}
