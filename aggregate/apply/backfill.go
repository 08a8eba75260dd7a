package apply

import (
	"context"
	"fmt"
	"strconv"

	"github.com/tidemark-cdc/tidemark/aggregate/boundary"
	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

// chunkRows is about how many rows of raw are summed up in one statement: some seconds of work, and a bounded memory.
const chunkRows = 4_000_000

// chunk is a part of a raw table below the boundary.
type chunk struct{ name, condition string }

// backfill sums up what the feed does not see, chunk by chunk. Each has a token: one whose answer was lost is not
// counted twice.
func (a *Applier) backfill(ctx context.Context, b *target.Build, uuid string, cut boundary.Vector) error {
	chunks, err := a.chunks(ctx, b.Sources[0], cut)
	if err != nil {
		return err
	}
	done, err := a.done(ctx, uuid)
	if err != nil {
		return err
	}
	for i, c := range chunks {
		if a.Progress != nil {
			a.Progress(b.Name, i, len(chunks))
		}
		if done[c.name] {
			continue
		}
		if err := a.Server.Exec(ctx, b.Backfill(c.condition+" AND "+cut.Below(), "backfill/"+uuid+"/"+c.name)); err != nil {
			return fmt.Errorf("sum up chunk %s of raw.%s: %w", c.name, b.Sources[0], err)
		}
		if err := a.record(ctx, b.Name, uuid, c.name, nil); err != nil {
			return err
		}
	}
	if a.Progress != nil {
		a.Progress(b.Name, len(chunks), len(chunks))
	}
	return nil
}

// chunks cuts what is below the boundary by the table's own partitions, which a server reads without the others, and
// large ones into slices. What is below the boundary does not change, so a later run cuts it likewise.
func (a *Applier) chunks(ctx context.Context, source string, cut boundary.Vector) ([]chunk, error) {
	rows, err := a.Server.Rows(ctx, fmt.Sprintf("SELECT _partition_id, count() FROM raw.%s WHERE %s GROUP BY _partition_id ORDER BY _partition_id", source, cut.Below()))
	if err != nil {
		return nil, fmt.Errorf("count raw.%s: %w", source, err)
	}
	var all []chunk
	for _, r := range rows {
		n, err := strconv.Atoi(r[1])
		if err != nil {
			return nil, fmt.Errorf("count raw.%s: %w", source, err)
		}
		slices := n/chunkRows + 1
		for i := range slices {
			all = append(all, chunk{fmt.Sprintf("%s.%d.%d", r[0], i, slices), fmt.Sprintf("_partition_id = '%s' AND _offset %% %d = %d", r[0], slices, i)})
		}
	}
	return all, nil
}
