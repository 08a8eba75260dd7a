package check

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/oplog"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
)

// rights tries what capture will do: rights have too many sources to be read from a list.
func (d *Deployment) rights(ctx context.Context) (found []preflight.Finding, err error) {
	for _, n := range d.Collections {
		nobody := bson.D{{Key: "_id", Value: bson.MinKey{}}}
		err := d.Client.Database(n.Database).Collection(n.Collection).FindOne(ctx, nobody).Err()
		if err == nil || errors.Is(err, mongo.ErrNoDocuments) {
			continue
		}
		if err = connect.Fault("read "+n.String(), err); !fault.Is(err, fault.Denied) {
			return nil, err
		}
		found = append(found, denied("the user may not read "+n.String(), n.Database))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_, err = stream.Open(ctx, d.Client, stream.Request{Collections: d.Collections, Server: d.Server, Await: time.Millisecond, Batch: 1})
	switch {
	case fault.Is(err, fault.Denied):
		return append(found, denied("the user may not open a change stream", d.Collections[0].Database)), nil
	case fault.Is(err, fault.Setup), fault.Is(err, fault.Unsupported):
		return append(found, preflight.Finding{Severity: preflight.Failure, Title: "no change stream can be opened", Detail: err.Error() + ". " + fault.HintOf(err)}), nil
	}
	return found, err
}

func denied(title, database string) preflight.Finding {
	return preflight.Finding{Severity: preflight.Failure, Title: title, Detail: "Capture needs find and changeStream on its collections; the role read on the database has both.",
		Command: fmt.Sprintf("use admin\ndb.grantRolesToUser(USER, [{role: \"read\", db: %q}])", database)}
}

// window looks whether the oplog covers a standstill. One that never was full is as long as it can be.
func (d *Deployment) window(ctx context.Context) []preflight.Finding {
	if d.Server.Sharded {
		return nil
	}
	full, err := oplog.Full(ctx, d.Client)
	if err == nil && !full {
		return nil
	}
	var w oplog.Window
	if err == nil {
		w, err = oplog.Read(ctx, d.Client)
	}
	if err != nil {
		return []preflight.Finding{{Severity: preflight.Note, Title: "the oplog's window cannot be read", Detail: "It takes the role read on the database local (part of clusterMonitor). Without it nothing warns before history is lost: " + err.Error()}}
	}
	if w.Span() >= safeWindow {
		return nil
	}
	return []preflight.Finding{{Severity: preflight.Warning, Title: fmt.Sprintf("the oplog reaches back only %s", w.Span().Round(time.Minute)),
		Detail:  "A standstill of capture that is longer loses history, and only a new snapshot mends that.",
		Command: "use admin\ndb.adminCommand({replSetResizeOplog: 1, size: 51200, minRetentionHours: 72})"}}
}
