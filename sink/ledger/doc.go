// Package ledger keeps, in the consumer group's offset commits, what makes the sink
// exactly once: which range of offsets is in flight, and what held below it.
//
// A partition has one commit. It is either Done at an offset (everything below is in
// ClickHouse) or Sealed at the first offset of a range (everything below is in, the
// range itself may or may not be). The broker refuses a commit from a stale
// generation, which fences a paused owner without any other store.
//
// The rules, by the names of the model that was searched exhaustively for a state in
// which a row is lost or doubled. Each mends a state that the model reached without it:
//
//	seal              a range is committed before any of it is inserted; without it
//	                  the next owner cuts its batch elsewhere and the token is no help
//	buildBeforeSeal   the rows are built first, so that the seal can hold their
//	fingerprint       count, checksum and schema; a rebuild that differs stops
//	hwm               the high-water version below the range travels in the commit;
//	                  taken from max(raw) the rebuilt batch drops its own rows
//	recheck           the seal is committed again before every send, on a connection
//	                  opened earlier; a stale owner is refused here, not at the server
//	stallGuard        a range pending for longer than half the deduplication window
//	                  stops its table; recheck and stallGuard hold only together
//	mergedCommit      the next seal, at last+1, says done; an idle worker says it itself
//	metaStop          a commit without metadata stops: the offset alone does not say
//	                  whether a range was in flight
package ledger
