package stream

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
)

// Batch is what one request to the server gave.
type Batch struct {
	// Docs are the change events, in order. They stay valid.
	Docs []bson.Raw
	// Token is the post-batch resume token: the server has looked at everything up to it.
	Token bson.Raw
	// Moved is whether Token differs from the batch's before: an unmoved one means that the server found nothing new at all,
	// not even what the stream's filter drops.
	Moved bool
	// Opened says that the reply opened the stream, for the first time or again after a failure, so that being empty proves
	// nothing: the server may not have looked yet.
	Opened bool
	// Asked is when the request was sent, by this process's clock.
	Asked time.Time
	// Served is the server's operationTime in the reply: what a look-up inside of it has seen was written by then.
	Served clock.Time
}

// Empty reports that the server had nothing to give, after it had looked.
func (b *Batch) Empty() bool { return len(b.Docs) == 0 }

// copyInto keeps doc's bytes: the driver's are valid only until its next request.
func copyInto(buf []byte, doc bson.Raw) ([]byte, bson.Raw) {
	start := len(buf)
	buf = append(buf, doc...)
	return buf, bson.Raw(buf[start:len(buf):len(buf)])
}
