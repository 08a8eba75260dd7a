"""A table with a history of January and February, and all that somebody can ask of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from clickhouse_connect.driver.client import Client

from tidemark_dags import clickhouse
from tidemark_dags.compact.target import Target
from tidemark_dags.settings import Settings

TARGET = Target("fold_test", ("id",), ("id", "kind", "amount", "note"))
JANUARY, FEBRUARY = "20260105", "20260202"  # Mondays

TABLES = [
    """CREATE TABLE raw.fold_test
    (id UInt64, kind LowCardinality(String), amount Decimal(12, 2), note Nullable(String),
    _sign Int8, _version UInt128, _op Enum8('c' = 1, 'u' = 2, 'd' = 3, 'r' = 4, 't' = 5),
    _commit_time DateTime64(6, 'UTC'), _incarnation LowCardinality(String), _partition UInt16, _offset UInt64)
    ENGINE = MergeTree PARTITION BY toMonday(_commit_time) ORDER BY (id, _version, _sign)""",
    """CREATE TABLE current.fold_test
    (id UInt64, kind LowCardinality(String), amount Decimal(12, 2), note Nullable(String),
    _version UInt128, _deleted UInt8) ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY id""",
    """CREATE MATERIALIZED VIEW current.fold_test_from_raw TO current.fold_test AS
    SELECT id, kind, amount, note, _version, toUInt8(_sign < 1) AS _deleted FROM raw.fold_test
    WHERE _sign = 1 OR _op IN ('d', 't')""",
    """CREATE TABLE sales_state.fold_test
    (kind String, amount SimpleAggregateFunction(sum, Decimal(38, 2)),
    n SimpleAggregateFunction(sum, Int64)) ENGINE = AggregatingMergeTree ORDER BY kind""",
    """CREATE MATERIALIZED VIEW sales_state.fold_test_mv TO sales_state.fold_test AS
    SELECT r.kind AS kind, sum(r.amount * r._sign) AS amount, sum(r._sign) AS n
    FROM raw.fold_test AS r GROUP BY kind""",
]


@pytest.fixture
def history(stack: Settings, admin: Client) -> Iterator[Client]:
    """Keys that live on, change, die, come back, or come and go within January; February goes on with them."""
    with clickhouse.connect(stack) as client:
        drop(admin)
        for sql in TABLES:
            admin.command(sql)
        admin.command("TRUNCATE TABLE ops.compaction")
        version = 0
        for at, changes in (("2026-01-06", 3), ("2026-02-03", 2)):
            for _ in range(changes):
                version += 1
                change(client, at, version)
        yield client
        drop(admin)


def change(client: Client, at: str, round_: int) -> None:
    """Every key with id % (round + 2) = 0, in round 1 every one, takes its next step by what it is now."""
    client.command(f"""
        INSERT INTO raw.fold_test SELECT id, kind, amount, note, s, v, o, toDateTime64('{at}', 6, 'UTC'), 'i', 0, v
        FROM (
            SELECT k.id AS id, c.kind AS was, c.amount AS had, c.note AS said, c.alive AS alive,
                toUInt128({round_} * 100000 + k.id) AS v,
                arrayJoin(if(alive, if(k.id % 3 = {round_} % 3, [-1], [-1, 1]), [1])) AS s,
                if(s = 1, ['a', 'b', 'c'][(k.id + {round_}) % 3 + 1], was) AS kind,
                if(s = 1, toDecimal64(k.id * {round_}, 2) / 100, had) AS amount,
                if(s = 1, if(k.id % 2 = 0, NULL, 'n{round_}'), said) AS note,
                if(alive, if(k.id % 3 = {round_} % 3, 'd', 'u'), 'c') AS o
            FROM (SELECT number + 1 AS id FROM numbers(3000) WHERE (number + 1) % {round_ + 2} = 0 OR {round_} = 1) AS k
            LEFT JOIN (SELECT id, kind, amount, note, 1 AS alive FROM current.fold_test FINAL) AS c ON c.id = k.id)""")


def drop(client: Client) -> None:
    sides = [f"raw.fold_test_fold_{p}" for p in (JANUARY, FEBRUARY)]
    views = ["current.fold_test_from_raw", "sales_state.fold_test_mv"]
    for name in (*views, "raw.fold_test", "current.fold_test", "sales_state.fold_test", *sides):
        client.command(f"DROP TABLE IF EXISTS {name} SYNC")


def readings(client: Client) -> dict[str, object]:
    """All that somebody can ask: the sums, the current rows, the state at the end of January and later."""
    as_of = """SELECT count(), sum(cityHash64(toString(x))) FROM (
        SELECT id, argMax((_sign, kind, amount, note), (_version, _sign)) AS x FROM raw.fold_test
        WHERE _version < {v} GROUP BY id) WHERE x.1 = 1"""
    queries = {
        "invariant": "SELECT count() FROM (SELECT id FROM raw.fold_test GROUP BY id HAVING sum(_sign) NOT IN (0, 1))",
        "sums": "SELECT kind, sum(amount * _sign), sum(_sign) FROM raw.fold_test GROUP BY kind ORDER BY kind",
        "aggregate": "SELECT kind, sum(amount), sum(n) FROM sales_state.fold_test GROUP BY kind ORDER BY kind",
        "current": "SELECT count(), sum(cityHash64(toString(tuple(*)))) FROM current.fold_test FINAL",
        "end of January": as_of.format(v=400000),
        "fourth": as_of.format(v=500000),
        "now": as_of.format(v=900000),
        "newest": "SELECT sum(v) FROM (SELECT max(_version) AS v FROM raw.fold_test GROUP BY id)",
    }
    return {name: client.query(sql).result_rows for name, sql in queries.items()}
