// Package capture is a model of how a capturer publishes one source and remembers how
// far it is: two processes of which either may be killed, stopped and woken at any
// moment, the producer session that fences one of them, requests and answers that are
// lost or late, the watermark that is the checkpoint, the slot that the source may
// forget behind, and a snapshot placed among the commits.
//
// The lease is left out: it is a courtesy, and what holds must hold without it. So a
// second process may start while the first one works.
//
// What arrives in a partition is read as a sink would read it: duplicates dropped by
// position, before images believed where the chain is whole.
package capture
