package deadletter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// ErrNoHeader says that a letter has no position: nothing tells where it belongs, so only
// the source can bring its row again.
var ErrNoHeader = errors.New("the record has no readable tidemark header")

// Sendable reports whether a letter can be sent again, with ErrNoHeader where not.
func (k *Kept) Sendable() error {
	if _, err := event.ParseHeader(k.Header); err != nil {
		return fmt.Errorf("%w: %w", ErrNoHeader, err)
	}
	return nil
}

// Sort puts letters in the order in which they are sent again: per topic and partition as
// they failed first, so that a change follows the one that it continues.
func Sort(letters []Kept) {
	slices.SortStableFunc(letters, func(a, b Kept) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Incarnation, b.Incarnation), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Offset, b.Offset))
	})
}

// Send puts the records of letters into their topics again, at the end of the partition
// that they were in, with the same key, value and position and the Repair flag. sent is
// told of each request's letters with Sent set; what it fails with ends Send. Sending a
// letter twice does no harm: the sink applies the second record where the first left
// something to do, which is nowhere.
func Send(ctx context.Context, c Client, letters []Kept, sent func([]Kept) error) error {
	Sort(letters)
	for len(letters) > 0 {
		n := request(letters)
		if err := send(ctx, c, letters[:n]); err != nil {
			return fmt.Errorf("send %d dead letters to %s/%d again: %w", n, letters[0].Topic, letters[0].Partition, err)
		}
		if err := sent(letters[:n]); err != nil {
			return err
		}
		letters = letters[n:]
	}
	return nil
}

// request is how many letters go into one request: of one partition, and not too large.
func request(letters []Kept) int {
	const most = 512 << 10
	size := 0
	for i := range letters {
		size += len(letters[i].Key) + len(letters[i].Value) + 256
		if letters[i].Topic != letters[0].Topic || letters[i].Partition != letters[0].Partition || i > 0 && size > most {
			return i
		}
	}
	return len(letters)
}

func send(ctx context.Context, c Client, letters []Kept) error {
	records := make([]kafka.Record, len(letters))
	for i := range letters {
		header, err := event.AsRepair(letters[i].Header)
		if err != nil {
			return fmt.Errorf("%s: %w: %w", letters[i].ID(), ErrNoHeader, err)
		}
		again := Again{Origin: letters[i].Origin, Attempt: letters[i].Again.Attempt + 1}
		records[i] = kafka.Record{Key: kafka.NewBytes(letters[i].Key), Value: kafka.NewBytes(letters[i].Value),
			Headers: []kafka.Header{{Key: event.HeaderKey, Value: header}, {Key: HeaderAgain, Value: []byte(again.Text())}}}
	}
	res, err := c.Produce(ctx, &kafka.ProduceRequest{Topic: letters[0].Topic, Partition: letters[0].Partition,
		RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(records...)})
	if err == nil {
		err = res.Error
	}
	if err != nil {
		return err
	}
	for i := range letters {
		letters[i].Sent, letters[i].State = res.BaseOffset+int64(i), StateRetried
	}
	return nil
}
