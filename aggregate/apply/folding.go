package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/aggregate/target"
	"github.com/tidemark-cdc/tidemark/clickhouse"
)

// ErrCompacting says that old rows of raw are being folded, or that this was broken off halfway. Rows that have got other
// offsets between two chunks would be counted twice, or not at all.
var ErrCompacting = errors.New("a compaction of raw is under way")

// refuseFolding refuses to sum raw up while it is folded. Compaction does not begin while the lock on the aggregates is held
// (package tidemark_dags.compact.lease), so what is asked here stays true.
func (a *Applier) refuseFolding(ctx context.Context, source string) error {
	rows, err := a.Server.Rows(ctx, clickhouse.Lease)
	if err != nil {
		return fmt.Errorf("ask for compactions: %w", err)
	}
	if len(rows) > 0 && clickhouse.LeaseHeld(rows[0][0], time.Now()) {
		return fmt.Errorf("%w: %s; run this again when it has ended: what is summed up is kept", ErrCompacting, rows[0][0])
	}
	rows, err = a.Server.Rows(ctx, "SELECT partition FROM ops.compaction FINAL WHERE what = 'fold' AND step = 'folded' AND table = "+target.Text(source))
	if err != nil {
		return fmt.Errorf("ask for compactions: %w", err)
	}
	if len(rows) > 0 {
		return fmt.Errorf("%w: partition %s of raw.%s was left half done; run the DAG compact, or python -m tidemark_dags compact, first", ErrCompacting, rows[0][0], source)
	}
	return nil
}
