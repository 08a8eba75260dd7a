package publish

import (
	"errors"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/topics"
)

// verdict is what the answer to a produce request means.
type verdict int

const (
	retry     verdict = iota // the same bytes again
	absent                   // again, but a topic that stays absent is gone
	duplicate                // an earlier attempt had been written: done
	fatal                    // the publisher ends
)

// judge says what to do about a failed attempt. A code that nobody foresaw is tried
// again: stopping loses nothing either, but repeating may pass by itself and shows in
// the metrics.
func judge(err error) verdict {
	if c := fault.ClassOf(err); c != fault.Unknown && c != fault.Unreachable {
		return fatal
	}
	var code kafka.Error
	if !errors.As(err, &code) {
		if errors.Is(err, protocol.ErrNoTopic) || errors.Is(err, protocol.ErrNoPartition) {
			return absent
		}
		return retry
	}
	switch code {
	case kafka.DuplicateSequenceNumber:
		return duplicate
	case kafka.UnknownTopicOrPartition:
		return absent
	}
	if fault.ClassOf(topics.Failed("", code)) != fault.Unreachable {
		return fatal
	}
	return retry
}

// codeOf is Kafka's error code of a failed attempt; -1 where there was no answer.
func codeOf(err error) int {
	var code kafka.Error
	if errors.As(err, &code) {
		return int(code)
	}
	return -1
}
