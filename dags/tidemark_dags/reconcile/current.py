"""The current rows, as of a position: what people read.

A key that changed after the position is read from the log instead. Both are decided by one reading of the table, so
that a change that arrives meanwhile cannot be seen by half of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from clickhouse_connect.driver.client import Client

from tidemark_dags.clickhouse import ident
from tidemark_dags.position import version_literal
from tidemark_dags.reconcile import raw
from tidemark_dags.reconcile.scope import Scope, Shape
from tidemark_dags.reconcile.sums import Buckets, add

IN_ORDER = {"optimize_aggregation_in_order": 1}  # streams through the sorting key: memory does not grow with the table


@dataclass(frozen=True)
class Newest:
    """late: the key changed after the position. alive and checksum are of its newest row."""

    late: bool
    alive: bool
    checksum: int


def _per_key(shape: Shape, where: str) -> str:
    keys = ", ".join(ident(k) for k in shape.contract.key)
    return f"""
        SELECT {keys}, argMax((_deleted = 0, h), _v) AS newest, max(_v) AS v FROM (
            SELECT {keys}, _deleted, _version AS _v, {shape.checksum} AS h
            FROM {ident("current", shape.contract.target)} WHERE {where})
        GROUP BY {keys}"""


def buckets(client: Client, shape: Shape, scope: Scope, version: int) -> Buckets:
    """Every bucket that holds something at version."""
    at = version_literal(version)
    sql = f"""
        SELECT {shape.bucket(scope)} AS b, countIf(v <= {at} AND newest.1),
            toString(sumIf(toInt128(newest.2), v <= {at} AND newest.1)), groupArrayIf({shape.key_text}, v > {at})
        FROM ({_per_key(shape, shape.where(scope))}) GROUP BY b"""
    out: Buckets = {}
    late: dict[str, int] = {}
    for bucket, rows, total, keys in client.query(sql, settings=IN_ORDER).result_rows:
        add(out, bucket, rows, int(total))
        late.update((k, bucket) for k in keys)
    if late:
        for key, (rows, total) in raw.keyed(client, shape, version, shape.where(scope), list(late)).items():
            add(out, late[key], rows, total)
    return out


def keyed(client: Client, shape: Shape, version: int, where: str) -> dict[str, Newest]:
    """Every key that where lets through with its newest row."""
    sql = f"""
        SELECT {shape.key_text}, v > {version_literal(version)}, newest.1, newest.2
        FROM ({_per_key(shape, where)})"""
    return {
        k: Newest(bool(late), bool(alive), h) for k, late, alive, h in client.query(sql, settings=IN_ORDER).result_rows
    }
