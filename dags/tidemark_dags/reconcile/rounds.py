"""MongoDB against ClickHouse: compare, and compare again what was being written meanwhile.

Every key that was not written to between the two times of a reading can be judged. The others, and those that differ,
are read again, until each of them was read in a moment in which nobody wrote to it. A difference that stands in
several such readings is a fault.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

from clickhouse_connect.driver.client import Client

from tidemark_dags import tidemark
from tidemark_dags.clickhouse import text
from tidemark_dags.errors import LateError
from tidemark_dags.position import Position
from tidemark_dags.reconcile import columns, current, keys, raw, sums
from tidemark_dags.reconcile.finding import Difference, Finding
from tidemark_dags.reconcile.mongo import Reading, Side
from tidemark_dags.reconcile.scope import Scope, Shape
from tidemark_dags.settings import Settings
from tidemark_dags.source import clock

ROUNDS = 60
STRIKES = 3  # a server may show a time before the write of that time: what differs has to do so again
SUM_BYTES = 32  # about what one bucket's line takes on its way
ROW_BYTES = 64  # about what one key's line takes on its way
DETAILED = 10_000


def compare(client: Client, settings: Settings, shape: Shape, scope: Scope) -> Finding:
    """Compares a collection with its table: first by buckets, then the keys of those that differ."""
    began, contract = time.monotonic(), shape.contract
    with clock.client(settings.mongo_url(contract.source)) as mongo:
        side = Side(mongo, shape, scope)
        reading = side.everything()
        at = tidemark.position(client, contract.source, "mongodb", reading.until)
        tidemark.wait(client, contract.source, at.version, settings.tidemark_timeout)
        found = Finding(contract.name, contract.target, contract.source, scope.part, at.version)
        wanted = _buckets(client, side, reading, found)
        if wanted:
            where = f"{shape.where(scope)} AND {shape.bucket(scope)} IN ({', '.join(map(str, wanted))})"
            some = set(wanted)
            rows = {k: h for k, h in reading.rows.items() if side.bucket(k) in some}
            moving, differences = _judge(client, settings, shape, where, replace(reading, rows=rows))
            stand = _again(client, settings, side, moving | {d.key for d in differences})
            found.buckets_differ = len({side.bucket(d.key) for d in stand})
            if scope.depth > 1:
                found.differences = _detail(client, side, stand, scope.depth)
    found.seconds = round(time.monotonic() - began, 3)
    return found


def _buckets(client: Client, side: Side, reading: Reading, found: Finding) -> list[int]:
    """The buckets in which something differs or was being written; fills the counts of found."""
    ours = side.buckets(reading.rows)
    log = raw.buckets(client, side.shape, side.scope, found.version)
    shown = current.buckets(client, side.shape, side.scope, found.version)
    found.rows_source, found.rows_raw, found.rows_current = sums.rows(ours), sums.rows(log), sums.rows(shown)
    found.bytes = ROW_BYTES * len(reading.rows) + SUM_BYTES * (len(log) + len(shown))
    return sums.differing(ours, log, shown)


def _judge(
    client: Client, settings: Settings, shape: Shape, where: str, reading: Reading
) -> tuple[set[str], list[Difference]]:
    """The keys of which nothing can be said, because they were written to, and what differs among the others."""
    source = shape.contract.source
    at = tidemark.position(client, source, "mongodb", reading.until)
    tidemark.wait(client, source, at.version, settings.tidemark_timeout)
    shown = current.keyed(client, shape, at.version, where)
    log = raw.keyed(client, shape, at.version, where)
    since = Position(at.epoch, reading.since, at.ordinal).version
    moving = raw.touched(client, shape, since, at.version) if since < at.version else set()
    known = shown.keys() | log.keys() | reading.rows.keys()
    return moving & known, [d for d in keys.compare(reading.rows, shown, log) if d.key not in moving]


def _again(client: Client, settings: Settings, side: Side, open_keys: set[str]) -> list[Difference]:
    """Reads what differs or was being written until each key was seen equal, or STRIKES times different at rest."""
    strikes: Counter[str] = Counter()
    stand: list[Difference] = []
    for _ in range(ROUNDS):
        if not open_keys:
            return sorted(stand, key=lambda d: d.key)
        asked = sorted(open_keys)
        listed = ", ".join(map(text, asked))
        where = f"{side.shape.where(side.scope)} AND {side.shape.key_text} IN ({listed})"
        moving, found = _judge(client, settings, side.shape, where, side.some(asked))
        strikes.update({d.key for d in found})
        stand += [d for d in found if strikes[d.key] >= STRIKES]
        open_keys = open_keys & moving | {d.key for d in found if strikes[d.key] < STRIKES}
    raise LateError(
        f"{side.shape.contract.name}: {len(open_keys)} keys were written to in each of {ROUNDS} readings, "
        f"so nothing can be said of them: {', '.join(sorted(open_keys)[:5])}"
    )


def _detail(client: Client, side: Side, differences: list[Difference], depth: int) -> list[Difference]:
    listed = [d.key for d in differences[:DETAILED]]
    if not listed:
        return []
    known = columns.key_values(client, side.shape, listed)
    changed = [d.key for d in differences[:DETAILED] if d.kind == "changed"]
    ours = side.texts(changed) if depth > 2 and changed else {}
    theirs = columns.texts(client, side.shape, changed) if depth > 2 and changed else {}
    out = []
    for d in differences:
        values = tuple(known.get(d.key) or [_bare(d.key)])
        out += columns.split(replace(d, values=values), side.shape, ours.get(d.key), theirs.get(d.key))
    return out


def _bare(key: str) -> str:
    return key.partition(":")[2] or key
