package check

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/oplog"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
)

// Mend creates collections that are missing and turns pre-images on where they are off. It gives what it mended, also when
// it then fails. Errors carry a fault class.
func (d *Deployment) Mend(ctx context.Context) (mended []preflight.Finding, err error) {
	described, err := oplog.Describe(ctx, d.Client, d.Collections)
	if err != nil {
		return nil, err
	}
	for _, n := range d.Collections {
		c := described[n]
		switch {
		case !c.Exists:
			if err := d.do(ctx, n, "create"); err != nil {
				return mended, err
			}
			mended = append(mended, missing(n))
		case !c.Images && (c.Kind == "collection" || c.Kind == ""):
			if err := d.do(ctx, n, "collMod"); err != nil {
				return mended, err
			}
			mended = append(mended, imageless(n))
		}
	}
	return mended, nil
}

func (d *Deployment) do(ctx context.Context, n stream.Namespace, command string) error {
	on := bson.D{{Key: "enabled", Value: true}}
	err := d.Client.Database(n.Database).RunCommand(ctx, bson.D{{Key: command, Value: n.Collection}, {Key: "changeStreamPreAndPostImages", Value: on}}).Err()
	return connect.Fault("run "+command+" on "+n.String(), err)
}
