package clickhousetest

import (
	"testing"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Texts gives the one String column of a query, a row each. Wrap what is selected in
// toString() or toJSONString().
func Texts(t testing.TB, conn *clickhouse.Conn, sql string) []string {
	t.Helper()
	var data proto.ColStr
	out := []string{}
	err := conn.Query(t.Context(), clickhouse.Select{
		SQL:    sql,
		Result: proto.Results{{Data: &data}},
		OnBlock: func(rows int) error {
			for i := range rows {
				out = append(out, data.Row(i))
			}
			return nil
		},
	})
	require.NoError(t, err, sql)
	return out
}
