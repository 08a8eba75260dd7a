package connect

import (
	"context"
	"errors"
	"strings"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/capture/fault"
)

// Codes of the server by which failures are told apart.
const (
	codeUnauthorized         = 13
	codeAuthenticationFailed = 18
	CodeCappedPositionLost   = 136
	codeInvalidResumeToken   = 260
	codeChangeStreamFatal    = 280
	CodeHistoryLost          = 286
	codeObjectTooLarge       = 10334
	codeNotReplicaSet        = 40573
	codeUnknownStage         = 40324
	codeUnknownField         = 40415
)

type verdict struct {
	class fault.Class
	hint  string
}

var historyLost = verdict{fault.HistoryLost,
	"The oplog no longer reaches back to where capture stood. Enlarge the oplog (replSetResizeOplog, or storage.oplogMinRetentionHours) so that it covers the longest standstill, then take a new snapshot in a new epoch: `capture resnapshot`."}

// verdicts says what each code means for a stream; a code that is not here is tried again.
var verdicts = map[int]verdict{
	codeUnauthorized:         {fault.Denied, "The user needs find and changeStream on every captured collection (role read on the database)."},
	codeAuthenticationFailed: {fault.Denied, "The server refused user or password: check them in the URL, and authSource (the database that the user was created in)."},
	CodeCappedPositionLost:   historyLost,
	codeInvalidResumeToken:   historyLost,
	codeChangeStreamFatal:    historyLost,
	CodeHistoryLost:          historyLost,
	codeObjectTooLarge:       {fault.TooLarge, "A change event is larger than 16 MB and this server cannot split it (it needs MongoDB 6.0.9 or 7.0). Upgrade the server, or turn pre-images off for that collection to make its events smaller."},
	codeNotReplicaSet:        {fault.Setup, "Change streams need a replica set: start mongod with --replSet rs0 and run rs.initiate() once; one member is enough."},
	codeUnknownStage:         {fault.Unsupported, "The server is too old: change streams with pre-images need MongoDB 6.0."},
	codeUnknownField:         {fault.Unsupported, "The server is too old: change streams with pre-images need MongoDB 6.0."},
}

// Fault gives err a class by the server's code. Failures of the connection itself are Unreachable, which is tried again.
// An error that already has a class, or is the context's, comes back as it is.
func Fault(doing string, err error) error {
	var classed *fault.Error
	if err == nil || errors.As(err, &classed) || errors.Is(err, context.Canceled) {
		return err
	}
	if v, ok := verdicts[Code(err)]; ok {
		return fault.New(v.class, doing, redacted(err), v.hint)
	}
	if authentication(err) {
		v := verdicts[codeAuthenticationFailed]
		return fault.New(v.class, doing, redacted(err), v.hint)
	}
	var command mongo.CommandError
	if errors.As(err, &command) && !mongo.IsNetworkError(err) {
		return fault.New(fault.Unknown, doing, redacted(err), "")
	}
	return fault.New(fault.Unreachable, doing, redacted(err), "Is MongoDB running there, and does it listen on that address?")
}

// Code is the server's error code, 0 if the server didn't give one.
func Code(err error) int {
	var server mongo.ServerError
	if errors.As(err, &server) {
		if codes := server.ErrorCodes(); len(codes) > 0 {
			return codes[0]
		}
	}
	return 0
}

// authentication reports a handshake that was refused. The driver hides the code in text when the refusal comes while a
// connection is made.
func authentication(err error) bool {
	text := err.Error()
	return strings.Contains(text, "AuthenticationFailed") || strings.Contains(text, "unable to authenticate")
}

// redacted drops what the driver may quote of a URL: an error must be fit for logs.
func redacted(err error) error {
	text := err.Error()
	at := strings.LastIndexByte(text, '@')
	scheme := strings.Index(text, "://")
	if scheme < 0 || at < scheme {
		return err
	}
	return errors.New(text[:scheme+3] + "***" + text[at:])
}
