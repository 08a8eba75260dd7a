package delay

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// writers share the rate: one connection that waits for a commit would let the load sag.
const writers = 2

// write inserts the ids First+1 .. last at the rate, each when its time has come. A
// late one is written at once, so that the load stays what it says.
func (r Run) write(ctx context.Context, last int64) error {
	start := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for w := range int64(writers) {
		group.Go(func() error {
			db, err := pgx.Connect(ctx, r.URL)
			if err != nil {
				return fmt.Errorf("connect to write: %w", err)
			}
			defer db.Close(context.WithoutCancel(ctx))
			for id := r.First + 1 + w; id <= last; id += writers {
				due := start.Add(time.Duration(id-r.First) * time.Second / time.Duration(r.Rate))
				time.Sleep(time.Until(due))
				if _, err := db.Exec(ctx, "insert into transactions select * from transaction_of($1, now())", id); err != nil {
					return fmt.Errorf("write %d: %w", id, err)
				}
			}
			return nil
		})
	}
	return group.Wait()
}
