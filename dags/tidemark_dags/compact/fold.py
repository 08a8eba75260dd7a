"""Folds the raw history of a partition: of each key remains what its rows add up to.

Per key that is at most the image that was there before (-1) and the one that is there afterwards (+1). All sums stay
what they are, and so does the state at and after the end of the partition. The folded rows are put into a side table
and exchanged with REPLACE PARTITION, never inserted: an insert would fire the views.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from clickhouse_connect.driver.client import Client

from tidemark_dags.clickhouse import text
from tidemark_dags.compact import journal, parts
from tidemark_dags.compact.journal import Entry
from tidemark_dags.compact.target import META, Target
from tidemark_dags.errors import BusyError, TidemarkError


def fold(client: Client, target: Target, entry: Entry, held: Callable[[], None]) -> Entry:
    """Folds one partition, from wherever a run before was broken off; held raises when the lease is over."""
    began = time.monotonic()
    if entry.step == "planned" and not build(client, target, entry):
        return entry
    exchange(client, target, entry, held)
    entry.seconds = round(time.monotonic() - began, 3)
    entry.step = "done"
    journal.put(client, entry)
    client.command(f"DROP TABLE IF EXISTS {entry.side} SYNC")
    return entry


def build(client: Client, target: Target, entry: Entry) -> bool:
    """Makes the side table; False where folding would not make the partition smaller."""
    before = parts.of(client, "raw", target.name, entry.partition)
    entry.parts_before, entry.rows_before, entry.bytes_before = before.parts, before.rows, before.bytes
    entry.side = f"raw.`{target.name}_fold_{entry.partition}`"
    client.command(f"DROP TABLE IF EXISTS {entry.side} SYNC")
    client.command(f"CREATE TABLE {entry.side} AS {target.raw}")
    entry.checksum, entry.final_ms_before = _net(client, target, target.raw, entry.partition)
    client.command(f"INSERT INTO {entry.side} {folded(target, entry.partition)}")
    if _net(client, target, entry.side, entry.partition)[0] != entry.checksum:
        raise TidemarkError(
            f"the folded rows of raw.{target.name}, partition {entry.partition}, do not add up; nothing was changed"
        )
    entry.rows_after = client.query(f"SELECT count() FROM {entry.side}").result_rows[0][0]
    if entry.rows_after == entry.rows_before:
        return skip(client, entry, "nothing to fold")
    if _rows(client, target, entry.partition) != entry.rows_before:
        return skip(client, entry, "rows came meanwhile")
    _note_horizon(client, target, entry)
    entry.step = "folded"
    journal.put(client, entry)
    return True


def skip(client: Client, entry: Entry, why: str) -> bool:
    entry.step, entry.note = "skipped", why
    client.command(f"DROP TABLE IF EXISTS {entry.side} SYNC")
    journal.put(client, entry)
    return False


def exchange(client: Client, target: Target, entry: Entry, held: Callable[[], None]) -> None:
    """Puts the side table in the partition's place.

    REPLACE is not atomic under a kill: then both the old and the new parts may be there. Running it again leaves the
    new ones alone, so it is done until the partition has the expected rows and adds up.
    """
    rows = _rows(client, target, entry.partition)
    if rows == entry.rows_before and _net(client, target, target.raw, entry.partition)[0] != entry.checksum:
        raise BusyError(f"raw.{target.name}, partition {entry.partition}, has changed since it was folded")
    if rows != entry.rows_after:
        if rows not in (entry.rows_before, entry.rows_before + entry.rows_after):
            raise BusyError(
                f"raw.{target.name}, partition {entry.partition}, has {rows} rows: some came while it was folded"
            )
        held()
        client.command(f"ALTER TABLE {target.raw} REPLACE PARTITION ID {text(entry.partition)} FROM {entry.side}")
    after, entry.final_ms_after = _net(client, target, target.raw, entry.partition)
    if after != entry.checksum or _rows(client, target, entry.partition) != entry.rows_after:
        raise TidemarkError(
            f"raw.{target.name}, partition {entry.partition}, does not add up after it was folded: run again"
        )
    size = parts.of(client, "raw", target.name, entry.partition)
    entry.parts_after, entry.bytes_after = size.parts, size.bytes


def folded(target: Target, partition: str) -> str:
    """The SELECT of the rows that remain.

    A key that is dead at the end keeps its last deletion's version, so that an old change that is sent again stays
    older than it; one that came and went within the partition keeps a row of sign 0 for that.
    """
    carried = "(_version, _sign, _op, _commit_time, _incarnation, _partition, _offset)"
    dead = "net < 0 AND last_of_key.2 < 1"
    picked = {"_version": 1, "_op": 3, "_commit_time": 4, "_incarnation": 5, "_partition": 6, "_offset": 7}
    meta = [f"if({dead}, last_of_key.{n}, last.{n}) AS {name}" for name, n in picked.items()]
    meta.insert(0, "toInt8(sign(net)) AS _sign")
    assert [m.rsplit(" ", 1)[1] for m in meta] == list(META)
    return f"""
        ({target.image}, {", ".join(META)})
        SELECT {target.image}, {", ".join(meta)} FROM (
            SELECT {target.image}, net, last, max(last) OVER w AS last_of_key, countIf(net != 0) OVER w AS left
            FROM (
                SELECT {target.image}, sum(toInt64(r._sign)) AS net, max({carried}) AS last
                FROM {target.raw} AS r WHERE r._partition_id = {text(partition)}
                GROUP BY {target.image})
            WINDOW w AS (PARTITION BY {target.keys}))
        ARRAY JOIN range(toUInt64(greatest(abs(net), 1))) AS copy
        WHERE net != 0 OR (left = 0 AND last = last_of_key AND last.2 < 1)"""


def _net(client: Client, target: Target, table: str, partition: str) -> tuple[str, float]:
    """What the partition's rows add up to, and how many milliseconds that took."""
    began = time.monotonic()
    found = client.query(target.net(table, f"_partition_id = {text(partition)}")).result_rows[0][0]
    return found, round((time.monotonic() - began) * 1000, 1)


def _rows(client: Client, target: Target, partition: str) -> int:
    sql = f"SELECT count() FROM {target.raw} WHERE _partition_id = {text(partition)}"
    return client.query(sql).result_rows[0][0]


def _note_horizon(client: Client, target: Target, entry: Entry) -> None:
    """Before the exchange: from there on the log may lack offsets that were applied."""
    client.command(f"""
        INSERT INTO ops.fold_horizon (table, incarnation, partition, offset, version)
        SELECT {text(target.name)}, _incarnation, r._partition, max(r._offset), max(r._version)
        FROM {target.raw} AS r WHERE r._partition_id = {text(entry.partition)} GROUP BY _incarnation, r._partition""")
