// Package sink is a model of how the sink applies one topic-partition to ClickHouse:
// the consumer group's commits, two processes that may be killed, stopped and woken
// again, the server's inserts step by step, its memory of tokens, and what is looked up.
//
// A stopped process (SIGSTOP, a long pause, a lost network) needs no step of its own:
// every process may rest for as long as it likes between any two of its steps.
//
// Each rule of the code has a switch here. With all rules on no state is wrong; with one
// off there is a way to a wrong state, which is what the rule is for.
package sink
