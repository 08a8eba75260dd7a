package ledger

import (
	"errors"
	"fmt"

	"github.com/segmentio/kafka-go"
)

// The failures that a worker acts on. Everything else is retried until its generation ends.
var (
	// ErrRefused: the broker has a newer generation. The worker ends without side
	// effects; whoever owns the partition now rebuilds what was sealed.
	ErrRefused = errors.New("commit refused: this member's generation is over")
	// ErrNoMetadata: an offset tool, or another program, wrote the commit.
	ErrNoMetadata = errors.New("commit without metadata")
	// ErrMetadata: the metadata is not what this program writes.
	ErrMetadata = errors.New("commit metadata that this program does not read")
	// ErrTooLarge: the broker refuses the metadata for its size.
	ErrTooLarge = errors.New("commit metadata larger than the broker's offset.metadata.max.bytes")
)

// verdict sorts a broker's answer to a commit: nil to go on, a typed error to end, or
// transient.
func verdict(err error) (final error, transient bool) {
	switch {
	case err == nil:
		return nil, false
	case errors.Is(err, kafka.IllegalGeneration), errors.Is(err, kafka.UnknownMemberId),
		errors.Is(err, kafka.RebalanceInProgress), errors.Is(err, kafka.FencedInstanceID):
		return fmt.Errorf("%w: %w", ErrRefused, err), false
	case errors.Is(err, kafka.OffsetMetadataTooLarge):
		return fmt.Errorf("%w: %w", ErrTooLarge, err), false
	case errors.Is(err, kafka.GroupAuthorizationFailed), errors.Is(err, kafka.TopicAuthorizationFailed):
		return err, false
	}
	return err, true
}
