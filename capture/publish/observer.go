package publish

import "time"

// Observer sees what is published. Its methods are called from several goroutines and
// must not block.
type Observer interface {
	// Acked is called per acknowledged batch. took is from its first sending on.
	Acked(topic string, partition, records, bytes int, took time.Duration)
	// Retried is called per failed attempt that is tried again; code is Kafka's error
	// code, or -1 where the request did not get an answer.
	Retried(topic string, partition, code int)
	// Marked is called per acknowledged watermark.
	Marked(Point)
}

type nobody struct{}

func (nobody) Acked(string, int, int, int, time.Duration) {}
func (nobody) Retried(string, int, int)                   {}
func (nobody) Marked(Point)                               {}
