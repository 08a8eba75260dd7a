package connect

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tidemark-cdc/tidemark/capture/fault"
)

// SQLSTATEs by which failures are told apart.
const (
	invalidPassword      = "28P01"
	invalidAuthorization = "28000"
	insufficientRights   = "42501"
	unknownDatabase      = "3D000"
	objectInUse          = "55006"
	undefinedObject      = "42704"
	configurationLimit   = "53400"
	notInRequiredState   = "55000"
	featureNotSupported  = "0A000"
)

// Fault gives err a class by its SQLSTATE. Failures of the connection itself are Unreachable, which is tried again.
// An error that already has a class, or is the context's, comes back as it is.
func Fault(doing string, err error) error {
	var classed *fault.Error
	if err == nil || errors.As(err, &classed) || errors.Is(err, context.Canceled) {
		return err
	}
	switch Code(err) {
	case invalidPassword, invalidAuthorization:
		return fault.New(fault.Denied, doing, err, "The server refused the user: check user and password in the URL and pg_hba.conf (a line for this user and database; an ordinary connection and a replication=database one use the same lines).")
	case insufficientRights:
		return fault.New(fault.Denied, doing, err, "")
	case unknownDatabase:
		return fault.New(fault.Config, doing, err, "The database in the URL does not exist on that server.")
	case objectInUse:
		return fault.New(fault.Busy, doing, err, "")
	case configurationLimit:
		return fault.New(fault.Setup, doing, err, "Raise max_replication_slots or max_wal_senders (needs a restart of PostgreSQL), or drop a slot that nobody uses.")
	case featureNotSupported:
		return fault.New(fault.Unsupported, doing, err, "")
	}
	return fault.New(fault.Unreachable, doing, err, "Is PostgreSQL running there, and does it listen on that address?")
}

// Code is err's SQLSTATE, empty if the server didn't give one.
func Code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// NoSuchObject reports whether the server said that a slot or publication doesn't exist.
func NoSuchObject(err error) bool { return Code(err) == undefinedObject }

// NotReady reports whether the object isn't in the state that the command needs: a slot that was invalidated.
func NotReady(err error) bool { return Code(err) == notInRequiredState }
