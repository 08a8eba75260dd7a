// Package change has every write that the shop does, one function each. All are safe to send again: inserts ignore a row
// that is there, updates set values and never add to them.
package change

import (
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// Op is what a change does to its row.
type Op uint8

// The operations.
const (
	Insert Op = iota
	Update
	Delete
	Ops
)

// String gives the name used in summaries.
func (o Op) String() string { return [...]string{"insert", "update", "delete"}[o] }

// Table is one of the shop's six.
type Table uint8

// The tables and collections.
const (
	Users Table = iota
	Products
	Orders
	Transactions
	Deliveries
	Returns
	Tables
)

// String gives the table's or collection's name.
func (t Table) String() string {
	return [...]string{"users", "products", "orders", "transactions", "deliveries", "returns"}[t]
}

// Change is one row written. Either Mongo is set, or SQL with Args.
type Change struct {
	Table Table
	Op    Op
	Mongo mongo.WriteModel
	SQL   string
	Args  []any
}

// Step is what happens at once to one entity. Steps of the same entity are applied in their order; PostgreSQL's part of a
// step is one transaction.
type Step struct {
	Entity  string
	Changes []Change
}
