package mend

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// skew is by how much the clocks of two sinks may differ: the range may have been sealed
// by another. Too wide costs a check too many, in the first seconds after a start.
const skew = 30 * time.Second

// Restarted reports whether the server was started after a range had been sealed, so
// that a part of it may be lost behind its token.
func Restarted(ctx context.Context, s Server, sealed time.Time) (bool, error) {
	var up proto.ColUInt32
	age := time.Duration(-1)
	err := s.Query(ctx, clickhouse.Select{SQL: "SELECT toUInt32(uptime()) AS up", Result: proto.Results{{Name: "up", Data: &up}},
		OnBlock: func(int) error {
			age = time.Duration(up.Row(0)) * time.Second
			return nil
		}})
	if err == nil && age < 0 {
		err = errors.New("no answer")
	}
	if err != nil {
		return false, fmt.Errorf("ask ClickHouse how long it is up: %w", err)
	}
	return age <= time.Since(sealed)+skew, nil
}
