"""Merges the versions of current rows and drops tombstones that nothing can need any more."""

from __future__ import annotations

import time

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from tidemark_dags.compact import journal, parts
from tidemark_dags.compact.journal import Entry
from tidemark_dags.compact.target import Target
from tidemark_dags.position import version_literal


def merge(client: Client, target: Target, entry: Entry, minutes: float) -> Entry:
    """entry.version is the horizon. Tombstones above it stay: an older change that is to come would revive its row."""
    began = time.monotonic()
    before = parts.of(client, "current", target.name)
    entry.parts_before, entry.rows_before, entry.bytes_before = before.parts, before.rows, before.bytes
    entry.checksum, entry.final_ms_before = shown(client, target)
    entry.step = _merged(client, target, entry, minutes)
    if entry.step == "done":
        _drop_tombstones(client, target, entry)
    after = parts.of(client, "current", target.name)
    entry.parts_after, entry.rows_after, entry.bytes_after = after.parts, after.rows, after.bytes
    entry.final_ms_after = shown(client, target)[1]
    entry.seconds = round(time.monotonic() - began, 3)
    journal.put(client, entry)
    return entry


def _merged(client: Client, target: Target, entry: Entry, minutes: float) -> str:
    """One part per table, so that of every key only its newest version is left. What is read stays the same."""
    limits = {"optimize_throw_if_noop": 1, "max_execution_time": max(1, int(minutes * 60))}
    try:
        client.command(f"OPTIMIZE TABLE {target.current} FINAL", settings=limits)
    except DatabaseError as e:
        entry.note = f"not merged: {str(e)[:200]}"
        return "skipped"
    return "done"


def _drop_tombstones(client: Client, target: Target, entry: Entry) -> None:
    """A tombstone goes only where it is the one row of its key: else the older row would come back to life."""
    below = f"_deleted = 1 AND _version <= {version_literal(entry.version)}"
    alone = f"""({target.keys}) NOT IN (SELECT {target.keys} FROM {target.current}
        WHERE ({target.keys}) IN (SELECT {target.keys} FROM {target.current} WHERE {below})
        GROUP BY {target.keys} HAVING count() > 1)"""
    if client.query(f"SELECT count() FROM {target.current} WHERE {below}").result_rows[0][0]:
        client.command(f"ALTER TABLE {target.current} DELETE WHERE {below} AND {alone}", settings={"mutations_sync": 2})


def shown(client: Client, target: Target) -> tuple[str, float]:
    """A checksum of what people read, and how many milliseconds it took."""
    began = time.monotonic()
    sql = f"SELECT toString((count(), sum({target.hash}))) FROM {target.current} FINAL"
    return client.query(sql).result_rows[0][0], round((time.monotonic() - began) * 1000, 1)
