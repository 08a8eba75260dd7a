package rows

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// shopOrder is an order of the shop with three items and its history, 1.6 kB.
const shopOrder = `{"_id":"e481f51cbdc54678b7cc49136f2d6af7","customer_id":{"$oid":"507f1f77bcf86cd799439011"},"status":"shipped","channel":"web","currency":"BRL",` +
	`"shipping":{"street":"Rua das Flores 17","city":"sao paulo","state":"SP","zip":"03149"},"items":[` +
	`{"product_id":"87285b34884572647811a353c7ac498a","seller_id":"3504c0cb71d7fa48d967e0e4c94d59d9","category":"utilidades_domesticas","quantity":1,"price":{"$numberDecimal":"29.99"},"freight":{"$numberDecimal":"8.72"},"refunded":{"$numberDecimal":"0.00"}},` +
	`{"product_id":"595fac2a385ac33a80bd5114aec74eb8","seller_id":"289cdb325fb7e7f891c38608bf9e0962","category":"perfumaria","quantity":2,"price":{"$numberDecimal":"118.70"},"freight":{"$numberDecimal":"22.76"},"refunded":{"$numberDecimal":"0.00"}},` +
	`{"product_id":"aa4383b373c6aca5d8797843e5594415","seller_id":"4869f7a5dfa277a7dca6462dcf3b52b2","category":null,"quantity":1,"price":{"$numberDecimal":"159.90"},"freight":{"$numberDecimal":"19.22"},"refunded":{"$numberDecimal":"0.00"}}],` +
	`"history":[{"status":"created","at":{"$date":1506941793000}},{"status":"approved","at":{"$date":1506942000000}},{"status":"shipped","at":{"$date":1507000000000}}],` +
	`"purchased_at":{"$date":1506941793000},"estimated_at":{"$date":1508284800000},"updated_at":{"$date":1507000000000}}`

func BenchmarkAddShopOrder(b *testing.B) {
	text, err := os.ReadFile("../../schemas/shop/orders.yaml")
	require.NoError(b, err)
	_, err = contract.Parse(text)
	require.NoError(b, err)
	r := mongoRecord(event.Update, 1, shopOrder, shopOrder)
	r.Key = []byte(`{"id":"\"e481f51cbdc54678b7cc49136f2d6af7\""}`)
	benchAdd(b, string(text), r)
}
