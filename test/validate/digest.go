package validate

import (
	"context"
	"fmt"
	"math/big"
	"strings"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// digest sums up rows of raw: how many there are, and a hash that does not depend on
// their order.
type digest struct{ rows, hash string }

// String prints it.
func (d digest) String() string { return d.rows + " rows (" + d.hash + ")" }

// digestOf reads the rows above one version up to another. withoutResolved
// leaves out what was a dead letter once.
func digestOf(ctx context.Context, ch compare.ClickHouse, c *contract.Contract, after, upto *big.Int, withoutResolved bool) (d digest, err error) {
	columns := []string{"_version", "_sign"}
	for i := range c.Columns {
		columns = append(columns, "`"+c.Columns[i].Name+"`")
	}
	sql := fmt.Sprintf("SELECT toString(count()), toString(sum(cityHash64(toString(tuple(%s))))) FROM %s WHERE _version > toUInt128('%s') AND _version <= toUInt128('%s')",
		strings.Join(columns, ", "), raw(c), after, upto)
	if withoutResolved {
		sql += fmt.Sprintf(" AND _version NOT IN (SELECT version FROM ops.dead_letters FINAL WHERE topic = '%s' AND resolved = 1)", c.Topic())
	}
	err = ch.Query(ctx, sql, func(t []*string) error {
		d = digest{*t[0], *t[1]}
		return nil
	})
	if err != nil {
		return d, fmt.Errorf("digest of %s: %w", c.Target, err)
	}
	return d, nil
}
