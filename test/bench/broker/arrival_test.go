package broker

import (
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
)

func record(key string, op event.Op) *kafka.Record {
	h := event.Header{Op: op, CommitTime: 1_700_000_000_123_456}
	return &kafka.Record{Key: kafka.NewBytes([]byte(key)), Headers: []kafka.Header{{Key: event.HeaderKey, Value: h.Append(nil)}}}
}

func TestArrival(t *testing.T) {
	a, ok, err := arrival(record(`{"id":42}`, event.Create))
	require.NoError(t, err)
	require.True(t, ok)
	require.EqualValues(t, 42, a.ID)
	require.Equal(t, time.UnixMicro(1_700_000_000_123_456), a.Commit)
	require.WithinDuration(t, time.Now(), a.Seen, time.Minute)

	_, ok, err = arrival(record(`{}`, event.Marking))
	require.NoError(t, err)
	require.False(t, ok, "a marker is no change")
	_, ok, err = arrival(&kafka.Record{Key: kafka.NewBytes([]byte(`{"id":1}`))})
	require.NoError(t, err)
	require.False(t, ok, "a tombstone is no change")
	for _, key := range []string{`{"id":"x"}`, `{"no":1}`, ``} {
		_, _, err = arrival(record(key, event.Update))
		require.Error(t, err, key)
	}
}
