package demo

import (
	"context"
	"fmt"
	"io"

	"github.com/tidemark-cdc/tidemark/compose/compare"
)

// printOlist reads the data set's known totals out of ClickHouse.
func printOlist(ctx context.Context, sides *compare.Sides, w io.Writer) error {
	const sql = `SELECT toString((SELECT count() FROM shop.orders)),
		toString((SELECT sum(arraySum((p, q) -> p * q, item_price, item_quantity)) FROM shop.orders)),
		toString((SELECT count() FROM shop.transactions WHERE kind = 'payment')),
		toString((SELECT sum(amount) FROM shop.transactions WHERE kind = 'payment'))`
	return sides.ClickHouse.Query(ctx, sql, func(t []*string) error {
		_, err := fmt.Fprintf(w, "\nRead out of ClickHouse: %s orders, items worth %s, %s payments worth %s.\n", *t[0], *t[1], *t[2], *t[3])
		return err
	})
}
