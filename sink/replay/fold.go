package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// ErrCompacting: old rows of raw are being folded.
var ErrCompacting = errors.New("a compaction is under way")

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

// compactionLease is the table that only one can make: compaction holds it while it folds.
// Its comment says who holds it, and until when (package tidemark_dags.compact.lease).
const compactionLease = "ops.compaction_lease"

// keepOffFold keeps compaction away until the returned function is called: it would put
// folded rows of the old raw in the place of the new one's.
func keepOffFold(ctx context.Context, s Server, id string) (release func(), err error) {
	rows, err := table(ctx, s, "SELECT [comment] AS r FROM system.tables WHERE database = 'ops' AND name = 'compaction_lease'")
	if err != nil {
		return nil, fmt.Errorf("ask for compactions: %w", err)
	}
	if len(rows) > 0 {
		var held struct{ Until float64 }
		if json.Unmarshal([]byte(rows[0][0]), &held) != nil || held.Until > float64(time.Now().Unix()) {
			return nil, fmt.Errorf("%w: %s", ErrCompacting, rows[0][0])
		}
		if err := exec(ctx, s, "DROP TABLE IF EXISTS "+compactionLease+" SYNC"); err != nil {
			return nil, err
		}
	}
	host, _ := os.Hostname()
	until := time.Now().Add(time.Hour).Unix()
	comment := fmt.Sprintf(`{"holder": %s, "until": %d}`, strconv.Quote("replay "+id+" on "+host), until)
	err = exec(ctx, s, "CREATE TABLE "+compactionLease+" (held UInt8) ENGINE = Memory COMMENT "+clickhouse.Text(comment))
	var failed *clickhouse.Error
	switch {
	case errors.As(err, &failed) && failed.Code == int(proto.ErrTableAlreadyExists):
		return nil, ErrCompacting
	case err != nil:
		return nil, fmt.Errorf("keep compaction away: %w", err)
	}
	return func() {
		_ = exec(context.WithoutCancel(ctx), s, "DROP TABLE IF EXISTS "+compactionLease+" SYNC") // else it is over in an hour
	}, nil
}
