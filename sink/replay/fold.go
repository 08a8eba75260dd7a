package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	tidemark "github.com/tidemark-cdc/tidemark/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

var (
	// ErrCompacting: old rows of raw are being folded.
	ErrCompacting = errors.New("a compaction is under way")
	// ErrFolded: old rows of raw were folded after the replay had begun to look for them.
	ErrFolded = errors.New("a compaction has folded what was being looked for")
)

// beyondFold lets parts begin beyond what compaction has folded: below, raw holds other
// rows than the topic gives, with the same sum.
func beyondFold(ctx context.Context, s Server, name string, parts []Part) error {
	for i := range parts {
		p := &parts[i]
		folded, err := number(ctx, s, fmt.Sprintf("SELECT [toString(max(offset) + 1)] AS r FROM ops.fold_horizon WHERE table = %s AND incarnation = %s AND partition = %d HAVING count() > 0",
			clickhouse.Text(name), clickhouse.Text(p.Incarnation), p.Partition))
		if err != nil {
			return fmt.Errorf("how far raw.%s is folded: %w", name, err)
		}
		if folded <= p.Begin {
			continue
		}
		p.Begin, p.To = folded, max(p.To, folded)
		if err := p.held(ctx, s, clickhouse.Table("raw", name)); err != nil {
			return err
		}
	}
	return nil
}

// folding refuses while old rows are folded: folded rows of the old raw would get into the
// new one. Compaction does not begin while a replay is at work or exchanges, however its process
// fares (package tidemark_dags.compact.lease). rule: replay-before-lease.
func folding(ctx context.Context, s Server) error {
	rows, err := table(ctx, s, "SELECT [comment] AS r FROM ("+tidemark.Lease+")")
	if err != nil {
		return fmt.Errorf("ask for compactions: %w", err)
	}
	if len(rows) == 0 || !tidemark.LeaseHeld(rows[0][0], time.Now()) {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrCompacting, rows[0][0])
}

// unfolded refuses what compaction has made wrong, or might. It is asked when compaction can
// no longer begin. What was looked for below a new horizon is not missing but folded.
func (r *Record) unfolded(ctx context.Context, s Server) error {
	if err := folding(ctx, s); err != nil || r.Kind != Missing {
		return err
	}
	now := slices.Clone(r.Plan.Parts)
	if err := beyondFold(ctx, s, r.Plan.Table, now); err != nil {
		return err
	}
	for i, p := range now {
		if p.Begin != r.Plan.Parts[i].Begin {
			return fmt.Errorf("%w: partition %d below offset %d", ErrFolded, p.Partition, p.Begin)
		}
	}
	return nil
}
