package publish

import (
	"context"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// Stored reads the source's last watermark without a producer session, so that it disturbs
// no capture; nil where there is none. The topic must exist.
func Stored(ctx context.Context, cfg Config) (*watermark.Watermark, error) {
	cfg = cfg.withDefaults()
	client := &kafka.Client{Addr: kafka.TCP(cfg.Brokers...), Timeout: requestTimeout, Transport: cfg.Transport}
	last, _, err := history{client: client, source: cfg.Source}.load(ctx)
	if err != nil || last == nil || last.Position.IsZero() && len(last.Offsets) == 0 {
		return nil, err
	}
	return last, nil
}
