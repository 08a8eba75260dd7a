// Package bsonpatch applies the updateDescription of a MongoDB change event to the document's pre-image and so yields
// the document exactly as that update left it.
//
// The server's own fullDocument is a look-up made when the event is read: it may show a later state, or nothing. Pre-image
// plus description is the only post-image that belongs to the event's point in time, and it costs the server nothing.
//
// The values are exact. The order of fields is the pre-image's, with new fields at the end; an update that moves a field
// without changing its name (a pipeline that rewrites the document) is described by the server in the same words as one
// that does not, so there the order may differ from the stored one.
//
// Whatever cannot be applied with certainty is an error, never a guess: ErrAmbiguous where a path can mean two fields,
// ErrMismatch where pre-image and description do not belong together. The caller then falls back to a look-up.
package bsonpatch
