"""The signed log, as of a position.

Its rows add up: a row that was replaced stands in it once with +1 and once with -1. So the sums over _sign and over
checksum * _sign are those of the rows that are alive, without grouping by key and without looking for the newest; and a
doubled, lost or changed row of the log shows as well.
"""

from __future__ import annotations

from clickhouse_connect.driver.client import Client

from tidemark_dags.clickhouse import asked, ident
from tidemark_dags.position import version_literal
from tidemark_dags.reconcile.scope import Scope, Shape
from tidemark_dags.reconcile.sums import Buckets, add

Keyed = dict[str, tuple[int, int]]  # by the key's text: the signs' sum and the sum of checksum * sign


def buckets(client: Client, shape: Shape, scope: Scope, version: int) -> Buckets:
    """Every bucket that holds something at version."""
    sql = f"""
        SELECT b, sum(s), toString(sum(toInt128(h) * s)) FROM (
            SELECT {shape.bucket(scope)} AS b, {shape.checksum} AS h, toInt64(_sign) AS s
            FROM {ident("raw", shape.contract.target)}
            WHERE _version <= {version_literal(version)} AND {shape.where(scope)})
        GROUP BY b"""
    out: Buckets = {}
    for bucket, rows, total in client.query(sql).result_rows:
        add(out, bucket, rows, int(total))
    return out


def keyed(client: Client, shape: Shape, version: int, where: str, keys: list[str] | None = None) -> Keyed:
    """Every key that where lets through (of keys, if they are given) with what it has at version."""
    of = "1" if keys is None else f"{shape.key_text} IN (SELECT k FROM asked)"
    sql = f"""
        SELECT k, sum(s), toString(sum(toInt128(h) * s)) FROM (
            SELECT {shape.key_text} AS k, {shape.checksum} AS h, toInt64(_sign) AS s
            FROM {ident("raw", shape.contract.target)}
            WHERE _version <= {version_literal(version)} AND {where} AND {of})
        GROUP BY k"""
    data = None if keys is None else asked("asked", "k", keys)
    return {k: (n, int(total)) for k, n, total in client.query(sql, external_data=data).result_rows}


def touched(client: Client, shape: Shape, after: int, until: int) -> set[str]:
    """The keys that changed after one position and no later than another."""
    sql = f"""
        SELECT DISTINCT {shape.key_text} FROM {ident("raw", shape.contract.target)}
        WHERE _version > {version_literal(after)} AND _version <= {version_literal(until)}"""
    return {r[0] for r in client.query(sql).result_rows}
