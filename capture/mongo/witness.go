package mongo

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/resume"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
)

// testimony is how long the server may take to show the witness.
const testimony = 10 * time.Second

// recognise makes sure that the server still has an event that was handed on before. A server that was set back to an
// older state has other events there, or none yet, and then a resume token of before silently gives nothing, or begins
// somewhere; its clock, which is the time of day, is soon beyond ours and tells nothing. Another deployment of the same
// name is known in the same way.
func (s *Source) recognise(ctx context.Context, client *mongo.Client, server connect.Server, w resume.Witness) error {
	r := stream.Request{Collections: s.namespaces(), After: w.After, Server: server}
	at, wall, err := stream.First(ctx, client, r, testimony)
	switch code := connect.Code(err); {
	case code == connect.CodeHistoryLost, code == connect.CodeCappedPositionLost:
		return nil // the witness is older than the oplog: whether all since is there is seen when the stream is opened
	case err != nil:
		return err
	case at == 0 && server.Sharded: // a shard that is idle holds the answer up
		return nil
	case at != w.At || wall != 0 && w.Wall != 0 && wall != w.Wall:
		return s.setBack(fmt.Errorf("the change at %s, which was captured, is not there any more%s", w.At, instead(at)))
	}
	return nil
}

func instead(at clock.Time) string {
	if at == 0 {
		return ""
	}
	return ", and one at " + at.String() + " is in its place"
}

func (s *Source) setBack(err error) error {
	return fault.New(fault.Foreign, "resume source "+s.cfg.Name, err,
		"The server was restored from a backup or rolled back, or it is another one. If it is the right one, what readers hold is newer than the source. "+resnapshot(s.cfg.Name))
}
