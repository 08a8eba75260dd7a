package validate

import (
	"context"
	"fmt"
	"strconv"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// lettersOf counts the table's dead letters by commit, resolved or not.
func lettersOf(ctx context.Context, ch compare.ClickHouse, c *contract.Contract) (map[uint64]int, error) {
	out := map[uint64]int{}
	sql := fmt.Sprintf(`SELECT toString(toUInt64(bitAnd(bitShiftRight(version, 48), toUInt128(18446744073709551615)))), toString(count())
		FROM ops.dead_letters FINAL WHERE topic = '%s' GROUP BY 1`, c.Topic())
	err := ch.Query(ctx, sql, func(t []*string) error {
		commit, err := strconv.ParseUint(*t[0], 10, 64)
		if err != nil {
			return err
		}
		out[commit], err = strconv.Atoi(*t[1])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("dead letters of %s: %w", c.Target, err)
	}
	return out, nil
}
