// Package worker applies one partition's records to ClickHouse, each exactly once.
//
// A worker lives as long as its generation. Two goroutines share it: one fetches and
// fills batch N+1 while the other sends batch N. A batch goes through these phases,
// which are those of the model (see package ledger for the rules):
//
//	assigned  the commit is read: where to go on, what was sealed
//	idle      records are awaited
//	chosen    a range of offsets is cut
//	built     its rows stand in one block
//	sealed    the range, its state below and the block's checksum are committed
//	wait      the block is on its way to ClickHouse
//	acked     ClickHouse has it; ops.applied is written, then the commit says done
package worker
