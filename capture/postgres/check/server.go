package check

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/postgres/slot"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
)

const oldest = 140000

// server checks what holds for the whole server.
func (c *checker) server() error {
	if c.version < oldest {
		c.add(preflight.Finding{Severity: preflight.Failure, Title: fmt.Sprintf("PostgreSQL is version %d", c.version/10000), Detail: "Version 14 is the oldest that can be captured."})
	}
	var level, keep, idle string
	err := c.conn.QueryRow(c.ctx, "SELECT current_setting('wal_level'), current_setting('max_slot_wal_keep_size'), COALESCE(current_setting('idle_replication_slot_timeout', true), '0')").Scan(&level, &keep, &idle)
	if err != nil {
		return err
	}
	var standby bool
	if err := c.conn.QueryRow(c.ctx, "SELECT pg_is_in_recovery()").Scan(&standby); err != nil {
		return err
	}
	if standby {
		c.add(preflight.Finding{Severity: preflight.Failure, Title: "the server is a standby", Detail: "Heartbeats and leases need a server that can be written to: use the primary's address."})
	}
	if level != "logical" {
		c.add(preflight.Finding{Severity: preflight.Failure, Title: "wal_level is " + level, Detail: "Row changes are in the log only with wal_level = logical. Restart PostgreSQL after setting it.",
			SQL: "ALTER SYSTEM SET wal_level = 'logical'"})
	}
	if keep == "-1" {
		c.add(preflight.Finding{Severity: preflight.Warning, Title: "max_slot_wal_keep_size is unlimited",
			Detail: "While the capture is stopped the server keeps all of its log, until the disk is full. A limit (more than the log of the longest stop that must be survived) makes the slot invalid instead, which costs a new snapshot.",
			SQL:    "ALTER SYSTEM SET max_slot_wal_keep_size = '100GB'; SELECT pg_reload_conf()"})
	} else {
		c.add(preflight.Finding{Severity: preflight.Note, Title: "max_slot_wal_keep_size is " + keep, Detail: "A stop during which more log than that is written costs a new snapshot."})
	}
	if idle != "0" {
		c.add(preflight.Finding{Severity: preflight.Warning, Title: "idle_replication_slot_timeout is " + idle, Detail: "A stop that lasts longer makes the slot invalid, which costs a new snapshot."})
	}
	return nil
}

const capacitySQL = `SELECT current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots WHERE slot_name <> $1)::int,
  current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender')::int
    + (SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1 AND active)::int`

// capacity checks that there is room for the stream and for a snapshot beside it.
func (c *checker) capacity() error {
	var slots, senders int
	if err := c.conn.QueryRow(c.ctx, capacitySQL, c.Slot).Scan(&slots, &senders); err != nil {
		return err
	}
	for _, r := range []struct {
		setting string
		free    int
	}{{"max_replication_slots", slots}, {"max_wal_senders", senders}} {
		f := preflight.Finding{Title: fmt.Sprintf("%s leaves room for %d", r.setting, r.free), Detail: "One is for the stream; another is needed while tables are added or read again. Restart PostgreSQL after raising it.",
			SQL: fmt.Sprintf("ALTER SYSTEM SET %s = 20", r.setting)}
		switch {
		case r.free < 1:
			f.Severity = preflight.Failure
			c.add(f)
		case r.free < 2:
			f.Severity = preflight.Warning
			c.add(f)
		}
	}
	return nil
}

const roleSQL = `SELECT rolreplication OR rolsuper OR EXISTS (SELECT FROM pg_roles g WHERE g.rolname IN ('rds_replication', 'cloudsqlsuperuser', 'azure_pg_admin') AND pg_has_role(r.oid, g.oid, 'MEMBER'))
FROM pg_roles r WHERE rolname = current_user`

// role checks that the user may replicate.
func (c *checker) role() error {
	var may bool
	if err := c.conn.QueryRow(c.ctx, roleSQL).Scan(&may); err != nil {
		return err
	}
	if !may {
		c.add(preflight.Finding{Severity: preflight.Failure, Title: "user " + c.user + " may not replicate", Detail: "Reading the log needs the attribute REPLICATION (on managed services their own role for it).",
			SQL: "ALTER ROLE " + connect.QuoteName(c.user) + " REPLICATION", Mendable: true})
	}
	return nil
}

// slot checks that a slot of our name, if there is one, is one of ours.
func (c *checker) slot() error {
	info, err := slot.Look(c.ctx, c.conn, c.Slot)
	if err != nil || c.Starting {
		return err
	}
	var end string
	if err := c.conn.QueryRow(c.ctx, "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END::text").Scan(&end); err != nil {
		return err
	}
	now, err := stream.ParseLSN(end)
	if err != nil {
		return err
	}
	if err := info.Usable(c.conn.Config().Database, now); err != nil {
		c.add(preflight.Finding{Severity: preflight.Failure, Title: err.Error(), Detail: fault.HintOf(err)})
		return nil
	}
	if info != nil && info.WALStatus == "unreserved" {
		c.add(preflight.Finding{Severity: preflight.Warning, Title: "slot " + c.Slot + " is about to be invalidated", Detail: "It lags behind by more than max_slot_wal_keep_size; start the capture now, or raise the limit."})
	}
	return nil
}
