// Package ledger keeps, in the consumer group's offset commits, what makes the sink
// exactly once: which range of offsets is in flight, and what held below it.
//
// A partition has one commit. It is either Done at an offset (everything below is in
// ClickHouse) or Sealed at the first offset of a range (everything below is in, the
// range itself may or may not be). The broker refuses a commit from a stale
// generation, which fences a paused owner without any other store.
//
// The rules that this serves are named at the lines that keep them. The model
// in test/model/sink has a switch for each of them and shows what goes wrong without it:
// test/model/sink/rules.go says in a sentence what each demands.
package ledger
