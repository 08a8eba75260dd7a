"""PostgreSQL against ClickHouse at one log position."""

from __future__ import annotations

import time
from dataclasses import replace

from clickhouse_connect.driver.client import Client

from tidemark_dags import tidemark
from tidemark_dags.reconcile import columns, current, keys, raw
from tidemark_dags.reconcile.finding import Difference, Finding
from tidemark_dags.reconcile.postgres import Side
from tidemark_dags.reconcile.scope import Scope, Shape
from tidemark_dags.reconcile.sums import Buckets, differing, rows
from tidemark_dags.settings import Settings
from tidemark_dags.source.export import Export, export

SUM_BYTES = 32  # about what one bucket's line takes on its way
DETAILED = 10_000  # rows whose columns are compared; the others are only named


def source_buckets(client: Client, settings: Settings, shape: Shape, scope: Scope) -> tuple[int, Buckets]:
    """The source's checksums and the version of the position that they are of. The snapshot ends with the reading."""
    with export(settings.postgres_url(shape.contract.source), settings.statement_timeout) as snapshot:
        buckets = _side(settings, snapshot, shape, scope).buckets()
    return tidemark.position(client, shape.contract.source, "postgresql", snapshot.lsn).version, buckets


def _side(settings: Settings, snapshot: Export, shape: Shape, scope: Scope) -> Side:
    return Side(snapshot, shape, scope, settings.chunk_blocks, settings.sessions)


def compare(client: Client, settings: Settings, shape: Shape, scope: Scope, version: int, source: Buckets) -> Finding:
    """Compares what the tidemark has passed by now; looks into the buckets that differ at a second position.

    At that one the rows of the differing buckets are read anew on both sides, so that what is reported is a fault of
    one moment, with the columns as they are on both sides.
    """
    began = time.monotonic()
    log = raw.buckets(client, shape, scope, version)
    shown = current.buckets(client, shape, scope, version)
    contract = shape.contract
    found = Finding(
        contract.name, contract.target, contract.source, scope.part, version,
        rows(source), rows(log), rows(shown), bytes=SUM_BYTES * (len(source) + len(log) + len(shown)),
    )  # fmt: skip
    differ = differing(source, log, shown)
    found.buckets_differ = len(differ)
    if differ and scope.depth > 1:
        descend(client, settings, shape, scope, differ, found)
    found.seconds = round(time.monotonic() - began, 3)
    return found


def descend(client: Client, settings: Settings, shape: Shape, scope: Scope, wanted: list[int], found: Finding) -> None:
    """Fills found.differences from the wanted buckets."""
    with export(settings.postgres_url(shape.contract.source), settings.statement_timeout) as snapshot:
        side = _side(settings, snapshot, shape, scope)
        version = tidemark.position(client, shape.contract.source, "postgresql", snapshot.lsn).version
        source = side.keyed(wanted)
        tidemark.wait(client, shape.contract.source, version, settings.tidemark_timeout)
        where = f"{shape.where(scope)} AND {shape.bucket(scope)} IN ({', '.join(map(str, wanted))})"
        shown = current.keyed(client, shape, version, where)
        log = raw.keyed(client, shape, version, where)
        found.bytes += 64 * (len(source) + len(shown) + len(log))
        found.version = version
        differences = keys.compare(source, shown, log)
        found.differences = _detail(client, shape, scope, side, differences)


def _detail(client: Client, shape: Shape, scope: Scope, side: Side, differences: list[Difference]) -> list[Difference]:
    listed = [d.key for d in differences[:DETAILED]]
    if not listed:
        return []
    values = columns.key_values(client, shape, listed) | side.key_values(listed)
    ours, theirs = {}, {}
    changed = [d.key for d in differences[:DETAILED] if d.kind == "changed"]
    if scope.depth > 2 and changed:
        ours, theirs = side.texts(changed), columns.texts(client, shape, changed)
    out = []
    for d in differences:
        d = replace(d, values=tuple(values.get(d.key, ())))
        out += columns.split(d, shape, ours.get(d.key), theirs.get(d.key))
    return out
