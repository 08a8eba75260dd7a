// Package replay reads a topic once more and makes of it what the sink made, in a database
// of its own: raw, and with it whatever its views feed. The same workers do it, over the
// same batches, seals and tokens, so that a row is there exactly when the sink would have
// written it, and a replay that was broken off goes on where it stood.
//
//	into      leaves the copy where it is, for looking at the past
//	missing   compares the copy with raw and fills in what raw lacks
//	rebuild   exchanges the copy for what is there
//
// Two of them touch live tables. They do it while every worker of the topic stands still
// with nothing on its way, each having said so in its commit (package worker, pause.go).
// What is to be done is written down before: from then on it is gone through with, by
// a sink if the replay dies.
package replay
