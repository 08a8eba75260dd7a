package topics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// Known is what a stored watermark says of a topic.
type Known struct {
	Incarnation string
	Next        []int64
}

// Identity is what a topic says of itself.
type Identity struct {
	// Incarnation is empty where no partition holds a marker yet.
	Incarnation string
	// Unmarked are the partitions that are empty: the marker must become their first record.
	Unmarked []int
	// Ends has the offset behind the last record per partition.
	Ends []int64
	// Fresh is set where the topic holds nothing but markers.
	Fresh bool
}

// Identify reads the marker at offset 0 of each partition and compares it with what is
// known; known is nil where the stored watermark does not know the topic. It refuses a
// topic that is another incarnation, holds fewer records than are known to be in it, has
// fewer partitions, or begins with records that are not ours.
func (a Admin) Identify(ctx context.Context, name string, partitions int, known *Known) (*Identity, error) {
	if known != nil && len(known.Next) > partitions {
		return nil, gone(name, "it has %d partitions, and had %d when it was last written", partitions, len(known.Next))
	}
	if known != nil {
		// Partitions that somebody added stay unused: with them the key of a row that
		// exists would go where its older versions are not.
		partitions = len(known.Next)
	}
	bounds, err := a.Bounds(ctx, name, partitions)
	if err != nil {
		return nil, err
	}
	id := &Identity{Fresh: true}
	for p, b := range bounds {
		id.Ends = append(id.Ends, b.End)
		id.Fresh = id.Fresh && b.End <= 1
		if known != nil && b.End < known.Next[p] {
			return nil, gone(name, "partition %d ends at offset %d, and ended at %d when it was last written", p, b.End, known.Next[p])
		}
		if err := a.identify(ctx, name, p, b, known, id); err != nil {
			return nil, err
		}
	}
	if id.Incarnation == "" && known != nil {
		id.Incarnation = known.Incarnation
	}
	return id, nil
}

func (a Admin) identify(ctx context.Context, name string, p int, b Bounds, known *Known, id *Identity) error {
	switch {
	case b.End == 0:
		id.Unmarked = append(id.Unmarked, p)
		return nil
	case b.First > 0 && known == nil:
		return fault.New(fault.Foreign, "adopt topic "+name,
			fmt.Errorf("partition %d begins at offset %d, so its marker is gone and no watermark knows the topic", p, b.First),
			"Delete the topic if nothing needs it, or give the source another name.")
	case b.First > 0:
		return nil // retention took the marker; the end offset has been compared
	}
	m, err := a.marker(ctx, name, p)
	if err != nil {
		return err
	}
	if known != nil && m.Incarnation != known.Incarnation {
		return gone(name, "partition %d is of incarnation %s, the last watermark knows %s", p, m.Incarnation, known.Incarnation)
	}
	if id.Incarnation != "" && m.Incarnation != id.Incarnation {
		return gone(name, "partition %d is of incarnation %s, others are of %s", p, m.Incarnation, id.Incarnation)
	}
	id.Incarnation = m.Incarnation
	return nil
}

// marker reads the topic marker at offset 0 of a partition that is not empty.
func (a Admin) marker(ctx context.Context, name string, p int) (event.Marker, error) {
	doing := fmt.Sprintf("read the marker of topic %s partition %d", name, p)
	r, err := a.Client.Fetch(ctx, &kafka.FetchRequest{Topic: name, Partition: p, Offset: 0, MinBytes: 1, MaxBytes: 64 << 10, MaxWait: 500 * time.Millisecond})
	if err == nil {
		err = r.Error
	}
	if err != nil {
		return event.Marker{}, Failed(doing, err)
	}
	rec, err := r.Records.ReadRecord()
	if errors.Is(err, io.EOF) {
		err = errors.New("the broker sent no records")
	}
	if err != nil {
		return event.Marker{}, Failed(doing, err)
	}
	if rec.Value != nil {
		value, err := io.ReadAll(rec.Value)
		if err != nil {
			return event.Marker{}, Failed(doing, err)
		}
		m, err := event.ParseMarker(value)
		if err == nil && m.Kind == event.TopicOpened {
			return m, nil
		}
	}
	if ours(rec.Headers) {
		return event.Marker{}, fault.New(fault.TopicGone, doing, ErrUnmarked, Anew(name))
	}
	return event.Marker{}, fault.New(fault.Foreign, doing, errors.New("its first record is not a topic marker: another program wrote it"),
		"Delete the topic if nothing needs it, or give the source another name.")
}

// ErrUnmarked says that a topic begins with a record of a capture that is not a marker: it was recreated under it.
var ErrUnmarked = errors.New("its first record is a capture's, but no topic marker: the topic was recreated while it was written to")

// ours reports whether a record has the header that only a capture writes.
func ours(headers []kafka.Header) bool {
	for _, h := range headers {
		if h.Key == event.HeaderKey {
			_, err := event.ParseHeader(h.Value)
			return err == nil
		}
	}
	return false
}

func gone(name, format string, args ...any) error {
	return fault.New(fault.TopicGone, "open topic "+name, fmt.Errorf("the topic was recreated or cut: "+format, args...), Anew(name))
}

// Anew is the hint for a table's topic that lost records.
func Anew(name string) string {
	_, table, _ := strings.Cut(name, ".")
	return "Restore the topic, or read its table again into a new one: `capture resnapshot --table " + table + "`."
}
