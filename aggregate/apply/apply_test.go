package apply_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/aggregate/apply"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/models"
	"github.com/tidemark-cdc/tidemark/aggregate/verify"
)

func builtIn(t *testing.T) []*model.Model {
	all, err := model.Load(models.Files)
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

func (b *bench) apply(all []*model.Model) (actions []apply.Action, failed []error) {
	a := &apply.Applier{Server: b.Client}
	for _, m := range all {
		out, err := a.Apply(context.Background(), m)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		actions = append(actions, out.Action)
	}
	return actions, failed
}

// live runs random changes through every table, in batches of odd sizes, some of them sent twice.
func (b *bench) live(seed uint64, changes int) map[string]*history {
	out := map[string]*history{}
	for name, c := range b.contracts {
		out[name] = newHistory(c, seed)
	}
	b.more(out, changes)
	return out
}

func (b *bench) more(histories map[string]*history, changes int) {
	for name, h := range histories {
		for n := range changes {
			h.change(b.t)
			if h.IntN(40) == 0 || n == changes-1 {
				token := fmt.Sprintf("%s/%d", name, h.version)
				b.insert(name, token, h.rows)
				if h.IntN(3) == 0 {
					b.insert(name, token, h.rows)
				}
				h.rows = nil
			}
		}
	}
}

func (b *bench) verify(all []*model.Model) {
	b.t.Helper()
	for _, r := range b.check(all) {
		require.Zero(b.t, r.Differing, "%s differs: %v", r.Model, r.First)
		require.NotZero(b.t, r.Compared, "%s is empty", r.Model)
	}
}

// check compares models with the current rows.
func (b *bench) check(all []*model.Model) (results []verify.Result) {
	b.t.Helper()
	held := (&apply.Applier{Server: b.Client}).Held
	for _, m := range all {
		r, err := verify.Model(context.Background(), b.Client, held, m)
		require.NoError(b.t, err)
		results = append(results, r)
	}
	return results
}

func TestEveryModelEqualsItsRecomputeAfterUpdatesDeletesAndRetries(t *testing.T) {
	b, all := newBench(t), builtIn(t)
	actions, failed := b.apply(all)
	require.Empty(t, failed)
	for _, a := range actions {
		require.Equal(t, apply.Made, a)
	}
	left := b.live(1, 400)
	b.verify(all)
	// The recompute shares the model's SQL; these totals share nothing with it.
	require.Equal(t, fmt.Sprint(len(left["orders"].live)), b.value("SELECT sum(orders) FROM sales.orders"))
	require.Equal(t, decimal(worth(left["orders"])), b.value("SELECT sum(gross) FROM sales.revenue"))
	for _, name := range strings.Fields(b.value("SELECT arrayStringConcat(groupArray(name), ' ') FROM system.tables WHERE database = 'sales_state' AND engine = 'AggregatingMergeTree'")) {
		b.run("OPTIMIZE TABLE sales_state." + name + " FINAL")
	}
	b.verify(all)
}

func worth(h *history) (cents int64) {
	for _, o := range h.live {
		quantities := o["item_quantity"].([]any)
		for i, p := range o["item_price"].([]any) {
			var units, hundredths int64
			_, _ = fmt.Sscanf(p.(string), "%d.%d", &units, &hundredths)
			cents += (units*100 + hundredths) * int64(quantities[i].(int))
		}
	}
	return cents
}

func decimal(cents int64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", cents/100, cents%100), "0"), ".")
}

func TestNothingIsLeftOfRowsThatAreGone(t *testing.T) {
	b, all := newBench(t), builtIn(t)
	_, failed := b.apply(all)
	require.Empty(t, failed)
	for name, h := range b.live(2, 200) {
		for key, image := range h.live {
			h.version++
			delete(h.live, key)
			h.emit(t, image, -1, "d")
		}
		b.insert(name, "last of "+name, h.rows)
	}
	for _, m := range all {
		require.Equal(t, "0", b.value("SELECT count() FROM sales."+m.Name), m.Name)
	}
}

func TestALateRefundTakesItsAmountFromTheHourOfThePurchase(t *testing.T) {
	b, all := newBench(t), builtIn(t)
	_, failed := b.apply(all)
	require.Empty(t, failed)
	order := `{"id":"o1","customer_id":"c","status":%q,"channel":"web","currency":"BRL","city":"x","state":"SP","zip":"1","item_product_id":["p","q"],"item_seller_id":["s","s"],
		"item_category":["toys",null],"item_quantity":[2,1],"item_price":["10.10","5.05"],"item_freight":["1.00","1.00"],"item_refunded":[%q,"0"],"history_status":[],"history_at":[],
		"purchased_at":"2026-03-01 10:20:00","updated_at":"2026-03-01 10:20:00","_sign":%d,"_version":%d,"_op":"%s"}`
	row := func(status, refunded string, sign, version int, op string) string {
		return strings.ReplaceAll(fmt.Sprintf(order, status, refunded, sign, version, op), "\n", "")
	}
	net := func() string {
		return b.value("SELECT concat(toString(sum(gross)), ' ', toString(sum(net))) FROM sales.revenue WHERE hour = '2026-03-01 10:00:00'")
	}
	b.insert("orders", "a", []string{row("created", "0", 1, 1, "c")})
	require.Equal(t, "25.25 25.25", net())
	b.insert("orders", "b", []string{row("created", "0", -1, 2, "u"), row("delivered", "0", 1, 2, "u")})
	b.insert("orders", "c", []string{row("delivered", "0", -1, 3, "u"), row("delivered", "7.07", 1, 3, "u")})
	require.Equal(t, "25.25 18.18", net())
	b.insert("orders", "c", []string{row("delivered", "0", -1, 3, "u"), row("delivered", "7.07", 1, 3, "u")})
	require.Equal(t, "25.25 18.18", net(), "a retried batch was summed twice")
	b.insert("orders", "d", []string{row("delivered", "7.07", -1, 4, "u"), row("canceled", "7.07", 1, 4, "u")})
	require.Equal(t, "25.25 0", net())
	require.Equal(t, "18.18", b.value("SELECT sum(canceled) FROM sales.revenue"))
	require.Equal(t, "(none)", b.value("SELECT category FROM sales.revenue WHERE gross = 5.05"))
}

// An insert whose views fail is refused as a whole, for ever: what a column can hold, the models must bear.
func TestTheLargestValuesStopNothing(t *testing.T) {
	b, all := newBench(t), builtIn(t)
	_, failed := b.apply(all)
	require.Empty(t, failed)
	b.insert("orders", "a", []string{`{"id":"o","item_product_id":["p"],"item_category":["c"],"item_seller_id":["s"],"item_quantity":[2147483647],"item_price":["9999999999999999.99"],` +
		`"item_freight":["9999999999999999.99"],"item_refunded":["-9999999999999999.99"],"purchased_at":"2299-12-31 23:59:59","_sign":1,"_version":1,"_op":"c"}`})
	b.insert("transactions", "a", []string{`{"id":"00000000-0000-4000-8000-000000000001","kind":"payment","status":"captured","amount":"9999999999.99","installments":32767,"attempt":32767,"created_at":"1900-01-01 00:00:00","_sign":1,"_version":1,"_op":"c"}`})
	b.insert("users", "a", []string{`{"id":"u","points":9223372036854775807,"created_at":"1900-01-01 00:00:00","_sign":-1,"_version":1,"_op":"d"}`})
	b.insert("deliveries", "a", []string{`{"order_id":"o","cost":"99999999.99","shipped_at":"1900-01-01 00:00:00","delivered_at":"2299-12-31 23:59:59","estimated_at":"1900-01-01 00:00:00","_sign":1,"_version":1,"_op":"c"}`})
	require.Equal(t, "21474836469999999978525163.53", b.value("SELECT gross FROM sales.revenue"))
}
