package compare

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Null stands for NULL among canonical texts.
const Null = null

// Columns are those of c whose texts both sides print alike, in order.
func Columns(c *contract.Contract) []contract.Column { return comparable(c) }

// Expressions print Columns in a ClickHouse query, each as a string or NULL.
func Expressions(cols []contract.Column) []string {
	exprs := make([]string, len(cols))
	for i, col := range cols {
		exprs[i] = clickhouseText("`"+col.Name+"`", col)
	}
	return exprs
}

// Canonical brings the texts of one row of cols to the form that all sides share; a nil
// text is NULL.
func Canonical(cols []contract.Column, texts []*string) []string {
	fields := make([]string, len(cols))
	canonicalRow(cols, texts, fields)
	return fields
}

// DocumentTexts are the canonical texts of cols in a MongoDB document.
func DocumentTexts(cols []contract.Column, doc bson.Raw) []string {
	fields := make([]string, len(cols))
	for i, col := range cols {
		fields[i] = documentText(doc, col)
	}
	return fields
}

// Key picks the texts of the key out of those of Columns.
func Key(c *contract.Contract, fields []string) []string { return keyOf(c, comparable(c), fields) }

// Sum is the hash of a row's texts.
func Sum(fields []string) uint64 { return hash(fields) }
