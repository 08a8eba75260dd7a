package worker

import (
	"strings"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// staging is what a server keeps besides raw while a range is mended.
type staging struct {
	up      time.Duration // since the server's start; 0 is a year
	offsets []uint64
	mended  int
}

// mending answers the questions of package mend, for a table of one partition without views.
func (s *server) mending(q clickhouse.Select) (done bool, err error) {
	switch {
	case strings.Contains(q.SQL, "uptime()"):
		up := s.staging.up
		if up == 0 {
			up = 365 * 24 * time.Hour
		}
		q.Result[0].Data.(*proto.ColUInt32).Append(uint32(up / time.Second))
		return true, q.OnBlock(1)
	case strings.Contains(q.SQL, "_partition_id"):
		n := len(s.staging.offsets)
		if strings.Contains(q.SQL, "BETWEEN") {
			n = s.between(q.SQL)
		}
		if n == 0 {
			return true, nil
		}
		q.Result[0].Data.(*proto.ColStr).Append("p")
		q.Result[1].Data.(*proto.ColUInt64).Append(uint64(n))
		return true, q.OnBlock(1)
	case strings.Contains(q.SQL, "ATTACH"):
		s.offsets = append(s.offsets, s.staging.offsets...)
		s.staging.mended++
		return true, nil
	}
	return strings.HasPrefix(q.SQL, "CREATE TABLE") || strings.Contains(q.SQL, "system.tables"), nil
}
