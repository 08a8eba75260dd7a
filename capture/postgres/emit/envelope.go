package emit

import (
	"strconv"

	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// stamp is what the envelopes of one transaction or snapshot share.
type stamp struct {
	commitTime int64 // microseconds since 1970
	xid        uint32
	snapshot   bool
}

const (
	beforeHead = `{"before":`
	afterHead  = `,"after":`
)

// appendUnchanged lists the columns that the row lacks because they were not sent.
func (t *Table) appendUnchanged(dst []byte, row pgoutput.Tuple) []byte {
	head := `,"unchanged":[`
	any := false
	for i := range row {
		if row[i].State == pgoutput.Unchanged {
			dst = append(append(dst, head...), t.columns[i].name...)
			head, any = ",", true
		}
	}
	if any {
		dst = append(dst, ']')
	}
	return dst
}

// appendTail writes the source block and closes the envelope. now is in milliseconds since 1970.
func (t *Table) appendTail(dst []byte, s *stamp, lsn uint64, op event.Op, now int64) []byte {
	dst = t.template.Append(dst, s.commitTime, s.snapshot)
	if s.xid != 0 {
		dst = append(dst, `,"txId":`...)
		dst = strconv.AppendUint(dst, uint64(s.xid), 10)
	}
	dst = append(dst, `,"lsn":`...)
	dst = strconv.AppendUint(dst, lsn, 10)
	return wire.AppendClose(dst, byte(op), now)
}
