package olist

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/compose/shop/change"
)

const small = "testdata/small"

func TestOrdersEndAsTheDataSays(t *testing.T) {
	_, got := replay(t, small)
	require.Equal(t, map[string]string{id(1): "delivered", id(2): "canceled", id(3): "canceled"}, got.status)
	got.status = nil
	require.Equal(t, replayed{orders: 3, empty: 1, payments: 4, refunds: 2, returns: 1, undefined: 1, uncategorised: 1, items: 168_80, paid: 210_74}, got)
}

func id(n int) string { return fmt.Sprintf("%032d", n) }

// The first order was handed over before it was approved: its statuses keep their order, the parcel its true time.
func TestAStepIsNeverBeforeTheOneItBuildsOn(t *testing.T) {
	r, err := Open(small)
	require.NoError(t, err)
	var tables []string
	for step, ok := r.Next(); ok; step, ok = r.Next() {
		if step.Entity != id(1) {
			continue
		}
		for _, c := range step.Changes {
			tables = append(tables, c.Table.String()+" "+c.Op.String())
			if c.Table == change.Deliveries && c.Op == change.Update && len(c.Args) == 4 {
				require.Equal(t, "2017-07-11 14:58:04 +0000 UTC", fmt.Sprint(c.Args[3]))
			}
		}
	}
	require.Equal(t, []string{"orders insert", "transactions insert", "orders update", "transactions update", "deliveries insert",
		"orders update", "deliveries update", "orders update", "deliveries update"}, tables)
}

func TestWhatCannotBeReadNamesItsPlace(t *testing.T) {
	for file, broken := range map[string]string{
		"olist_orders_dataset.csv":         "order_id,customer_id\nx,unknown\n",
		"olist_order_payments_dataset.csv": "order_id,payment_sequential\nunknown,1\n",
		"olist_order_items_dataset.csv":    "order_id,product_id\nunknown,p\n",
		"olist_products_dataset.csv":       "product\nx\n",
	} {
		dir := t.TempDir()
		require.NoError(t, os.CopyFS(dir, os.DirFS(small)))
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(broken), 0o644))
		_, err := Open(dir)
		require.ErrorContains(t, err, file+", line 2")
	}
	_, err := Open(t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)
}
