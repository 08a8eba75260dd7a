"""Reads and writes ops.reconciliation and what belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client

from tidemark_dags.reconcile.finding import Difference, Finding
from tidemark_dags.reconcile.sums import Buckets, Sum

ROW = ["run", "source", "table", "part", "kind", "version", "started_at", "seconds", "rows_source", "rows_raw",
       "rows_current", "found", "differ", "repaired", "state", "bytes"]  # fmt: skip
DIFFERENCE = ["run", "source", "table", "key", "kind", "column", "source_value", "clickhouse_value", "values", "state"]


def put(
    client: Client, run: str, found: Finding, started: datetime, *, kind: str = "table", before: int | None = None
) -> None:
    """Writes a comparison with the rows that differ. before: how many differed before a repair."""
    differ = len(found.keys) or (found.buckets_differ and 1)
    first = differ if before is None else before
    state = "equal" if not first else "differs" if differ else "repaired"
    row = [run, found.source, found.table, found.part, kind, found.version, started, found.seconds, found.rows_source,
           found.rows_raw, found.rows_current, first, differ, first - differ if before is not None else 0, state,
           found.bytes]  # fmt: skip
    client.insert("reconciliation", [row], database="ops", column_names=ROW)
    put_rows(client, run, found, found.differences, "open")


def put_rows(client: Client, run: str, found: Finding, rows: Iterable[Difference], state: str) -> None:
    """Writes rows that differ, or what became of them."""
    data = [
        [run, found.source, found.table, d.key, d.kind, d.column, d.source, d.clickhouse, list(d.values), state]
        for d in rows
    ]
    if data:
        client.insert("reconciliation_rows", data, database="ops", column_names=DIFFERENCE)


def rows(client: Client, run: str, table: str, state: str = "open") -> list[Difference]:
    """The rows of a run that are in a state."""
    found = client.query(
        "SELECT key, kind, column, source_value, clickhouse_value, values FROM ops.reconciliation_rows FINAL "
        "WHERE run = {run:String} AND table = {table:String} AND state = {state:String} ORDER BY key, kind, column",
        parameters={"run": run, "table": table, "state": state},
    ).result_rows
    return [Difference(k, kind, column, a, b, tuple(values)) for k, kind, column, a, b, values in found]


def put_sums(client: Client, run: str, table: str, part: int, buckets: Buckets) -> None:
    """Keeps a source's checksums until they are compared."""
    data = [[run, table, part, b, s.rows, s.total] for b, s in buckets.items()]
    if data:
        client.insert("reconciliation_sums", data, database="ops",
                      column_names=["run", "table", "part", "bucket", "rows", "total"])  # fmt: skip


def sums(client: Client, run: str, table: str, part: int) -> Buckets:
    """What put_sums kept."""
    found = client.query(
        "SELECT bucket, rows, toString(total) FROM ops.reconciliation_sums FINAL "
        "WHERE run = {run:String} AND table = {table:String} AND part = {part:UInt16}",
        parameters={"run": run, "table": table, "part": part},
    ).result_rows
    return {b: Sum(n, int(total)) for b, n, total in found}


def now() -> datetime:
    return datetime.now(UTC)


def newest_open(client: Client) -> str:
    """The newest run of which rows still differ; empty when there is none."""
    found = client.query(
        "SELECT run FROM ops.reconciliation_rows FINAL WHERE state != 'repaired' AND kind != 'sum' "
        "GROUP BY run ORDER BY max(written_at) DESC LIMIT 1"
    ).result_rows
    return found[0][0] if found else ""
