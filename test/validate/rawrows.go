package validate

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// rawRow is a row of raw with the texts of its columns.
type rawRow struct {
	commit uint64
	sign   int
	op     string
	where  string // epoch/commit/ordinal and partition@offset
	image  []string
}

// page is how many rows of raw are asked for at once. A commit is never cut: one with
// more rows than a page is asked for again with a larger one.
const page = 50_000

// readRaw gives the table's rows in commit order.
func readRaw(ctx context.Context, ch compare.ClickHouse, c *contract.Contract, each func(*rawRow) error) error {
	var from uint64
	for size := page; ; {
		rows, err := readPage(ctx, ch, c, from, size)
		if err != nil {
			return err
		}
		whole := len(rows)
		if len(rows) == size {
			for whole > 0 && rows[whole-1].commit == rows[size-1].commit {
				whole--
			}
		}
		for i := range rows[:whole] {
			if err := each(&rows[i]); err != nil {
				return err
			}
		}
		switch {
		case whole == len(rows):
			return nil
		case whole == 0:
			size *= 4
		default:
			from, size = rows[whole].commit, page
		}
	}
}

func readPage(ctx context.Context, ch compare.ClickHouse, c *contract.Contract, from uint64, size int) (rows []rawRow, err error) {
	cols := compare.Columns(c)
	sql := fmt.Sprintf(`SELECT toString(__commit), toString(_sign), toString(_op), concat(toString(_version), ' ', toString(_partition), '@', toString(_offset)), %s
		FROM (SELECT *, toUInt64(bitAnd(bitShiftRight(_version, 48), toUInt128(18446744073709551615))) AS __commit FROM %s)
		WHERE __commit >= %d ORDER BY __commit, _version, _sign LIMIT %d`, strings.Join(compare.Expressions(cols), ", "), raw(c), from, size)
	err = ch.Query(ctx, sql, func(t []*string) error {
		r := rawRow{op: *t[2], where: *t[3], image: compare.Canonical(cols, t[4:])}
		var err error
		if r.commit, err = strconv.ParseUint(*t[0], 10, 64); err != nil {
			return err
		}
		if r.sign, err = strconv.Atoi(*t[1]); err != nil {
			return err
		}
		rows = append(rows, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read raw rows of %s: %w", c.Target, err)
	}
	return rows, nil
}
