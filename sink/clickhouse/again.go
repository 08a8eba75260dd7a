package clickhouse

import (
	"context"
	"errors"
	"time"

	"github.com/ClickHouse/ch-go/proto"
)

// A table that is missing, and a part that cannot be read, are tried so often in a row and
// for at least so long. Another sink may have brought either back between the failure and
// the look at it.
const (
	fewest   = 3
	shortest = 5 * time.Second
)

// Again says over the tries of one attempt whether another may succeed. It is used by one
// goroutine.
type Again struct {
	misses int       // in a row
	since  time.Time // the first of them
}

// Worth reports whether what failed with err is to be tried again. A table that is missing
// is waited for while it is detached: package restore attaches it again.
func (a *Again) Worth(err error) bool {
	var failed *Error
	if errors.As(err, &failed) && (failed.damaged || failed.Code == int(proto.ErrUnknownTable)) {
		if a.misses == 0 {
			a.since = time.Now()
		}
		if a.misses++; failed.detached {
			a.misses = 0
		}
		return a.misses < fewest || time.Since(a.since) < shortest
	}
	a.misses = 0
	var mendable interface{ Retryable() bool }
	return errors.As(err, &mendable) && mendable.Retryable()
}

// anyDetached reports whether a table of the server is detached, but not for good.
func (c *Conn) anyDetached(ctx context.Context) bool {
	var n proto.ColUInt64
	err := c.Query(ctx, Select{
		SQL:     "SELECT count() AS n FROM system.detached_tables WHERE NOT is_permanently AND database IN (SELECT name FROM system.databases WHERE engine = 'Atomic')",
		Result:  proto.Results{{Name: "n", Data: &n}},
		OnBlock: func(int) error { return nil },
	})
	return err == nil && n.Rows() == 1 && n.Row(0) > 0
}
