package apply_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/aggregate/view"
	"github.com/tidemark-cdc/tidemark/aggregate/views"
	"github.com/tidemark-cdc/tidemark/clickhouse"
)

// views makes the shop's current tables readable as the sink does, and every view over the models.
func (b *bench) views() {
	b.t.Helper()
	b.run("CREATE DATABASE IF NOT EXISTS shop")
	for name := range b.contracts {
		b.run(fmt.Sprintf("CREATE OR REPLACE VIEW shop.%[1]s AS SELECT * FROM current.%[1]s FINAL", name))
	}
	all, err := view.Load(views.Files)
	require.NoError(b.t, err)
	for range 2 { // each may be made again
		for _, v := range all {
			missing, err := v.Apply(context.Background(), b.Client)
			require.NoError(b.t, err)
			require.Empty(b.t, missing, v.Name)
		}
	}
	for _, v := range all {
		if v.Refresh != "" {
			b.run("SYSTEM REFRESH VIEW sales." + v.Name)
			b.run("SYSTEM WAIT VIEW sales." + v.Name)
		}
	}
}

func TestEveryViewAnswersAfterUpdatesAndDeletes(t *testing.T) {
	b, models := newBench(t), builtIn(t)
	_, failed := b.apply(models)
	require.Empty(t, failed)
	left := b.live(11, 300)
	b.views()
	all, err := view.Load(views.Files)
	require.NoError(t, err)
	for _, v := range all {
		require.NotEqual(t, "0", b.value("SELECT count() FROM sales."+v.Name), v.Name)
	}
	require.Equal(t, decimal(worth(left["orders"])), b.value("SELECT sum(gross) FROM sales.daily"))
	require.Equal(t, fmt.Sprint(buyerDays(left["orders"])), b.value("SELECT sum(buyers) FROM sales.buyers"))
	require.Equal(t, b.value("SELECT sum(buyers) FROM sales.buyers"), b.value("SELECT sum(new_buyers + returning_buyers) FROM sales.buyers"))
	require.Equal(t, b.value("SELECT sum(net) FROM sales.daily"), b.value("SELECT sum(net) FROM sales.rfm"), "canceled orders are worth nothing net, and whoever bought stands in rfm")
	require.Equal(t, b.value("SELECT sum(net) FROM sales.rfm"), b.value("SELECT sum(net) FROM sales.cohorts"))
}

// Made again, a kept view would be empty until it is computed.
func TestAKeptViewIsMadeAnewOnlyWhenItsFileChanges(t *testing.T) {
	b := newBench(t)
	b.run("CREATE VIEW sales.sold AS SELECT 1 AS n")
	v, err := view.Parse("-- name: kept\n-- about: it's kept\n-- over: sold\n-- refresh: 5 minutes\nSELECT count() AS n FROM sales.sold AS s")
	require.NoError(t, err)
	made := func() string {
		missing, err := v.Apply(t.Context(), b.Client)
		require.NoError(t, err)
		require.Empty(t, missing)
		return b.value("SELECT uuid FROM system.tables WHERE database = 'sales' AND name = 'kept'")
	}
	first := made()
	require.Equal(t, first, made())
	b.run("SYSTEM WAIT VIEW sales.kept")
	require.Equal(t, "1", b.value("SELECT sum(n) FROM sales.kept"))
	v.Refresh = "1 hour"
	require.NotEqual(t, first, made())
}

// buyerDays counts (day, customer, currency) with an order that was kept, from the rows that are left. No two users of
// the test share an address with an order's customer, so a customer is a person.
func buyerDays(h *history) int {
	seen := map[string]bool{}
	for _, o := range h.live {
		if status := o["status"].(string); status != "canceled" && status != "unavailable" {
			day, _, _ := strings.Cut(o["purchased_at"].(string), " ")
			seen[fmt.Sprint(day, o["customer_id"], o["currency"])] = true
		}
	}
	return len(seen)
}

func TestTwoAccountsOfOneAddressAreOnePerson(t *testing.T) {
	b := newBench(t)
	_, failed := b.apply(builtIn(t))
	require.Empty(t, failed)
	user := `{"id":"%s","email":%s,"state":"SP","created_at":"2026-03-01 10:00:00","_sign":1,"_version":1,"_op":"c"}`
	b.insert("users", "u", []string{fmt.Sprintf(user, "aaaaaaaaaaaa", `"Ann@Example.com "`), fmt.Sprintf(user, "bbbbbbbbbbbb", `"ann@example.com"`), fmt.Sprintf(user, "cccccccccccc", "null")})
	order := `{"id":"%s","customer_id":"%s","status":"delivered","currency":"BRL","item_product_id":["p"],"item_seller_id":["s"],"item_category":["toys"],"item_freight":["0"],"item_price":["10.00"],"item_quantity":[1],"item_refunded":["0"],"purchased_at":"%s 10:20:00","_sign":1,"_version":1,"_op":"c"}`
	b.insert("orders", "o", []string{fmt.Sprintf(order, "1", "aaaaaaaaaaaa", "2026-01-05"), fmt.Sprintf(order, "2", "bbbbbbbbbbbb", "2026-03-07"),
		fmt.Sprintf(order, "3", "cccccccccccc", "2026-03-07"), fmt.Sprintf(order, "4", "dddddddddddd", "2026-03-07")})
	b.views()
	require.Equal(t, "3 2 1", b.value("SELECT concat(toString(buyers), ' ', toString(new_buyers), ' ', toString(returning_buyers)) FROM sales.buyers WHERE day = '2026-03-07'"))
	require.Equal(t, "2 20", b.value("SELECT concat(toString(orders), ' ', toString(net)) FROM sales.rfm WHERE person = 'ann@example.com'"))
	require.Equal(t, "1", b.value("SELECT buyers FROM sales.cohorts WHERE first_month = '2026-01-01' AND months_later = 2"))
}

func TestEveryAnalysisQueryAnswers(t *testing.T) {
	b := newBench(t)
	_, failed := b.apply(builtIn(t))
	require.Empty(t, failed)
	b.live(12, 300)
	b.views()
	all, err := clickhouse.Queries()
	require.NoError(t, err)
	for _, q := range all {
		rows, err := b.Rows(context.Background(), q.SQL)
		require.NoError(t, err, q.Name)
		require.NotEmpty(t, rows, q.Name)
	}
}
