package apply

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/tidemark-cdc/tidemark/aggregate/boundary"
	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

// usable is the condition that a build may be gone on with. A kill of the server can leave a chunk's token remembered
// and its rows lost, so a build does not outlive it; nor a day, nor a compaction that has given rows below its boundary other offsets.
const usable = "at > now64(3) - toIntervalSecond(uptime()) AND at > now64(3) - toIntervalDay(1) AND at > (SELECT max(written_at) FROM ops.compaction WHERE what = 'fold' AND table = %s)"

// taken gives the boundary of a build that can be gone on with.
func (a *Applier) taken(ctx context.Context, source, uuid string) (v boundary.Vector, ok bool, err error) {
	rows, err := a.Server.Rows(ctx, "SELECT boundary FROM ops.aggregate_builds WHERE state = '"+uuid+"' AND chunk = '' AND "+fmt.Sprintf(usable, target.Text(source))+" LIMIT 1")
	if err != nil {
		return nil, false, fmt.Errorf("read its boundary: %w", err)
	}
	if len(rows) == 0 {
		return nil, false, nil
	}
	if err := json.Unmarshal([]byte(rows[0][0]), &v); err != nil {
		return nil, false, fmt.Errorf("read its boundary: %w", err)
	}
	return v, true, nil
}

// done gives the chunks that are summed up.
func (a *Applier) done(ctx context.Context, uuid string) (map[string]bool, error) {
	rows, err := a.Server.Rows(ctx, "SELECT DISTINCT chunk FROM ops.aggregate_builds WHERE state = '"+uuid+"'")
	if err != nil {
		return nil, fmt.Errorf("read how far it is: %w", err)
	}
	out := map[string]bool{}
	for _, r := range rows {
		out[r[0]] = true
	}
	return out, nil
}

// record writes down that a chunk is summed up, or with chunk "" that the boundary is taken.
func (a *Applier) record(ctx context.Context, model, uuid, chunk string, v boundary.Vector) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write down how far it is: %w", err)
	}
	err = a.Server.Exec(ctx, fmt.Sprintf("INSERT INTO ops.aggregate_builds (model, state, chunk, boundary) VALUES ('%s', '%s', '%s', %s)",
		model, uuid, chunk, target.Text(string(text))))
	if err != nil {
		return fmt.Errorf("write down how far it is: %w", err)
	}
	return nil
}
