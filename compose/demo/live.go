package demo

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/types"
)

// sight is what can be seen of the pipeline at one moment.
type sight struct {
	At     time.Time
	Tables []tableSight
	Tides  []tideSight
	// Applied is the number of rows that the sink has written since the start.
	Applied     int64
	DeadLetters int64
}

type tableSight struct {
	Name               string
	Source, ClickHouse int64
}

// tideSight is one source's tidemark.
type tideSight struct {
	Source   string
	Complete time.Time
	Lag      time.Duration
	Behind   int64
}

// observer reads sights. What cannot be read yet (a table not made, a source without a
// tidemark) is left out of the sight, because at the start that is the ordinary state.
type observer struct {
	sides     *compare.Sides
	contracts []*contract.Contract
}

func (o *observer) look(ctx context.Context) sight {
	s := sight{At: time.Now()}
	for _, c := range o.contracts {
		s.Tables = append(s.Tables, tableSight{Name: c.Target.String(), Source: o.sourceRows(ctx, c), ClickHouse: o.number(ctx, "SELECT toString(count()) FROM "+c.Target.String())})
	}
	s.Applied = o.number(ctx, "SELECT toString(sum(rows)) FROM system.parts WHERE database = 'raw' AND active")
	s.DeadLetters = o.number(ctx, "SELECT toString(count()) FROM ops.dead_letters FINAL WHERE resolved = 0")
	const tides = "SELECT source, toString(toUnixTimestamp64Micro(commit_time)), toString(lag_seconds), toString(behind) FROM ops.tidemark ORDER BY source"
	_ = o.sides.ClickHouse.Query(ctx, tides, func(t []*string) error {
		if len(t) != 4 || t[0] == nil || t[1] == nil || t[2] == nil || t[3] == nil {
			return fmt.Errorf("tidemark with %d columns", len(t))
		}
		micros, _ := strconv.ParseInt(*t[1], 10, 64)
		lag, _ := strconv.ParseFloat(*t[2], 64)
		behind, _ := strconv.ParseInt(*t[3], 10, 64)
		s.Tides = append(s.Tides, tideSight{Source: *t[0], Complete: time.UnixMicro(micros), Lag: time.Duration(lag * float64(time.Second)), Behind: behind})
		return nil
	})
	return s
}

// sourceRows counts a table in its source, -1 when it cannot.
func (o *observer) sourceRows(ctx context.Context, c *contract.Contract) int64 {
	n := int64(-1)
	if c.Family == types.MongoDB {
		if count, err := o.sides.Mongo.Database(c.Namespace).Collection(c.Table).EstimatedDocumentCount(ctx); err == nil { // counting one by one would slow what is watched
			n = count
		}
		return n
	}
	_ = o.sides.Postgres.QueryRow(ctx, "SELECT count(*) FROM "+pgx.Identifier{c.Namespace, c.Table}.Sanitize()).Scan(&n)
	return n
}

// number reads one number, -1 when there is none.
func (o *observer) number(ctx context.Context, sql string) int64 {
	n := int64(-1)
	_ = o.sides.ClickHouse.Query(ctx, sql, func(t []*string) error {
		if len(t) == 1 && t[0] != nil {
			n, _ = strconv.ParseInt(*t[0], 10, 64)
		}
		return nil
	})
	return n
}
