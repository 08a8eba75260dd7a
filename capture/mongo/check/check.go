// Package check says what a MongoDB deployment lacks for capture, and mends what can be mended.
package check

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/oplog"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
)

// Deployment is what is looked at.
type Deployment struct {
	Client      *mongo.Client
	Server      connect.Server
	Collections []stream.Namespace
}

// All gives everything that is missing. An error means that looking failed, not that something is missing.
func (d *Deployment) All(ctx context.Context) ([]preflight.Finding, error) {
	found := d.server()
	if preflight.Failed(found) {
		return found, nil // without change streams the rest says nothing
	}
	more, err := d.collections(ctx)
	if err != nil {
		return nil, err
	}
	found = append(found, more...)
	if more, err = d.rights(ctx); err != nil {
		return nil, err
	}
	return append(append(found, more...), d.window(ctx)...), nil
}

func (d *Deployment) server() (found []preflight.Finding) {
	if d.Server.SetName == "" && !d.Server.Sharded {
		found = append(found, preflight.Finding{Severity: preflight.Failure, Title: "the server is not a member of a replica set",
			Detail:  "Change streams read the oplog, which only replica sets have. One member is enough.",
			Command: "# in mongod.conf, then restart:\nreplication: {replSetName: rs0}\n# in mongosh, once:\nrs.initiate()"})
	}
	if !d.Server.AtLeast(6, 0, 0) {
		found = append(found, preflight.Finding{Severity: preflight.Failure, Title: "MongoDB " + d.Server.Version + " is too old",
			Detail: "Pre-images in change streams need MongoDB 6.0."})
	}
	if !d.Server.Splits() && d.Server.AtLeast(6, 0, 0) {
		found = append(found, preflight.Finding{Severity: preflight.Warning, Title: "MongoDB " + d.Server.Version + " cannot split large change events",
			Detail: "An event above 16 MB, pre-image included, will stop the stream. MongoDB 6.0.9 and 7.0 split it."})
	}
	return found
}

func (d *Deployment) collections(ctx context.Context) (found []preflight.Finding, err error) {
	described, err := oplog.Describe(ctx, d.Client, d.Collections)
	if err != nil {
		return nil, err
	}
	for _, n := range d.Collections {
		switch c := described[n]; {
		case !c.Exists:
			found = append(found, missing(n))
		case c.Kind != "collection" && c.Kind != "":
			found = append(found, preflight.Finding{Severity: preflight.Failure, Title: fmt.Sprintf("%s is a %s", n, c.Kind),
				Detail: "Only collections have change events. Capture what it is made from."})
		case !c.Images:
			found = append(found, imageless(n))
		}
	}
	return found, nil
}

func missing(n stream.Namespace) preflight.Finding {
	return preflight.Finding{Severity: preflight.Warning, Title: fmt.Sprintf("collection %s does not exist", n), Mendable: true,
		Detail:  "It is captured from its first document on, whoever creates it. Created now, it has pre-images from the start.",
		Command: fmt.Sprintf("use %s\ndb.createCollection(%q, {changeStreamPreAndPostImages: {enabled: true}})", n.Database, n.Collection)}
}

func imageless(n stream.Namespace) preflight.Finding {
	return preflight.Finding{Severity: preflight.Warning, Title: fmt.Sprintf("collection %s keeps no pre-images", n), Mendable: true,
		Detail:  "Each update then costs a look-up at the server, which may show a later state, and the sink has to look up what it retracts. Pre-images cost the server disk until they expire.",
		Command: fmt.Sprintf("use %s\ndb.runCommand({collMod: %q, changeStreamPreAndPostImages: {enabled: true}})", n.Database, n.Collection)}
}

// safeWindow is how far the oplog should reach back: a weekend's standstill needs more, an hour's needs less.
const safeWindow = 24 * time.Hour
