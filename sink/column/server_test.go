package column_test

import (
	"fmt"
	"testing"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

// Every sample's values go into a real table, which prints them and gives them back.
func TestEveryTypeThroughTheServer(t *testing.T) {
	conn := clickhousetest.Connect(t)
	clickhousetest.Exec(t, conn, "CREATE DATABASE IF NOT EXISTS column_test")
	for i, s := range column.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			table := fmt.Sprintf("t%d", i)
			clickhousetest.Exec(t, conn, "DROP TABLE IF EXISTS column_test."+table,
				fmt.Sprintf("CREATE TABLE column_test.%s (n UInt64, c %s) ENGINE = MergeTree ORDER BY n", table, s.ClickHouse))
			c := s.Filled(t)
			var n proto.ColUInt64
			for i := range c.Rows() {
				n.Append(uint64(i))
			}
			input := proto.Input{{Name: "n", Data: n}, {Name: "c", Data: c.Data()}}
			require.NoError(t, conn.Insert(t.Context(), "column_test", table, input, ""))

			require.Equal(t, s.Printed, clickhousetest.Texts(t, conn, "SELECT CAST(ifNull(toString(c), 'NULL') AS String) FROM column_test."+table+" ORDER BY n"))

			back, copied := s.Empty(t), s.Empty(t)
			require.NoError(t, conn.Query(t.Context(), clickhouse.Select{
				SQL:    "SELECT c FROM column_test." + table + " ORDER BY n",
				Result: proto.Results{{Name: "c", Data: back.Data()}},
				OnBlock: func(rows int) error {
					for i := range rows {
						copied.AppendFrom(back, i)
					}
					return nil
				},
			}))
			require.Equal(t, c.Rows(), copied.Rows())
			for i := range c.Rows() {
				require.Equal(t, c.AppendValue(nil, i), copied.AppendValue(nil, i), "row %d", i)
			}
		})
	}
	clickhousetest.Exec(t, conn, "DROP DATABASE column_test")
}
