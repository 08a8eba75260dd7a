package replay

import (
	"context"
	"strconv"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Server is one connection to ClickHouse.
type Server interface {
	Insert(ctx context.Context, database, table string, input proto.Input, token string) error
	Query(ctx context.Context, s clickhouse.Select) error
}

// long bounds a statement that reads a whole table.
const long = 6 * time.Hour

func exec(ctx context.Context, s Server, sql string) error {
	if err := awake(ctx, s); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, long)
	defer cancel()
	return s.Query(ctx, clickhouse.Select{SQL: sql})
}

// awake makes sure that the connection is there: the server may have closed it while the
// copy was filled over others.
func awake(ctx context.Context, s Server) error {
	if c, ok := s.(interface{ Open(context.Context) error }); ok {
		return c.Open(ctx)
	}
	return nil
}

// table reads what a query gives as one column of Array(String), named r.
func table(ctx context.Context, s Server, sql string) (rows [][]string, err error) {
	if err := awake(ctx, s); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, long)
	defer cancel()
	r := proto.NewArray[string](new(proto.ColStr))
	err = s.Query(ctx, clickhouse.Select{SQL: sql, Result: proto.Results{{Name: "r", Data: r}}, OnBlock: func(n int) error {
		for i := range n {
			rows = append(rows, r.Row(i))
		}
		return nil
	}})
	return rows, err
}

// number reads the first cell of such a query as a number; 0 when there is none.
func number(ctx context.Context, s Server, sql string) (int64, error) {
	rows, err := table(ctx, s, sql)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return strconv.ParseInt(rows[0][0], 10, 64)
}
