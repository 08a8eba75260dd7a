// Package signal carries what an operator asks of a capture: a topic with one record per signal, and how a source
// learns which of them are still to be carried out.
//
// An operator's program sends:
//
//	s, err := signal.Send(ctx, signal.Admin{Client: client, Replication: 1}, signal.Signal{Source: "pg", Kind: signal.Resnapshot, Tables: nil})
//
// A source reads through its publisher, which has the brokers:
//
//	due, err := p.Signals(ctx, last.Signals)   // at the start; last is the stored watermark (nil: pass 0 and only take due.Next)
//	watch := p.Watch(ctx, due.Next)             // while it runs: a channel that gives a value when another signal has come
//
// Due says what the signals found ask for together: Whole (everything again, in a new epoch) or Tables (these again, in the
// same epoch). The source carries it out and states in the same publish.Point in which the work becomes part of its resume
// state that the signals below Due.Next are done: Point.Signals = due.Next. The watermark remembers that, so a signal is
// carried out once, whether the capture runs when it is sent or is stopped. A Point whose Signals is 0 leaves what is
// remembered as it is.
//
// A source whose start finds that history is lost, or that the source is another one, must look for signals before it
// stops: Whole means that the operator has seen it. A running source that sees a signal ends its Run with signal.Restart(due),
// which starts it again at once; the start is the one place that carries signals out.
//
// Topics: Publisher.Topic refuses a topic that is not the one that the last watermark knows. Publisher.Anew opens the topic of a
// table that is to be read again: one that was deleted is made, one that was recreated gets its markers as a new incarnation.
package signal
