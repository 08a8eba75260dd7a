"""Compaction changes nothing that anybody reads, and can be killed anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from clickhouse_connect.driver.client import Client

from tidemark_dags import clickhouse
from tidemark_dags.compact import fold, journal, merge
from tidemark_dags.compact.journal import Entry
from tidemark_dags.compact.lease import lease
from tidemark_dags.compact.target import Target
from tidemark_dags.errors import BusyError
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
        _drop(admin)
        for sql in TABLES:
            admin.command(sql)
        admin.command("TRUNCATE TABLE ops.compaction")
        version = 0
        for at, changes in (("2026-01-06", 3), ("2026-02-03", 2)):
            for _ in range(changes):
                version += 1
                _change(client, at, version)
        yield client
        _drop(admin)


def _change(client: Client, at: str, round_: int) -> None:
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


def _drop(client: Client) -> None:
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


def test_a_fold_changes_nothing_that_is_read(history: Client) -> None:
    before = readings(history)
    assert before["invariant"] == [(0,)]
    entry = fold.fold(history, TARGET, Entry("fold", "fold_test", JANUARY, "fold"))
    assert entry.step == "done" and entry.rows_after < entry.rows_before
    assert readings(history) == before
    assert history.query("SELECT max(offset) FROM ops.fold_horizon WHERE table = 'fold_test'").result_rows[0][0] >= 3000
    again = fold.fold(history, TARGET, Entry("again", "fold_test", JANUARY, "fold"))
    assert (again.step, again.note) == ("skipped", "nothing to fold")


def test_what_is_sent_again_stays_older(history: Client) -> None:
    """Every key, dead ones too, keeps its newest version: what the sink compares an old change with."""
    sql = "SELECT id, max(_version) FROM raw.fold_test GROUP BY id ORDER BY id"
    before = history.query(sql).result_rows
    fold.fold(history, TARGET, Entry("fold", "fold_test", JANUARY, "fold"))
    assert history.query(sql).result_rows == before


@pytest.mark.parametrize("state", ["before", "both", "after"])
def test_a_kill_around_the_exchange(history: Client, state: str) -> None:
    """REPLACE leaves the old parts, both, or the new ones; the next run finishes the fold from the journal."""
    before = readings(history)
    entry = Entry("killed", "fold_test", JANUARY, "fold")
    assert fold.build(history, TARGET, entry)
    if state == "both":
        history.command(f"ALTER TABLE raw.fold_test ATTACH PARTITION ID '{JANUARY}' FROM {entry.side}")
    if state == "after":
        history.command(f"ALTER TABLE raw.fold_test REPLACE PARTITION ID '{JANUARY}' FROM {entry.side}")
    (found,) = [e for e in journal.unfinished(history) if e.table == "fold_test"]
    assert fold.fold(history, TARGET, found).step == "done"
    assert readings(history) == before
    assert not journal.unfinished(history)


def test_a_partition_that_changed_meanwhile_is_left_alone(history: Client) -> None:
    entry = Entry("changed", "fold_test", FEBRUARY, "fold")
    assert fold.build(history, TARGET, entry)
    _change(history, "2026-02-04", 6)
    before = readings(history)
    with pytest.raises(BusyError, match="rows"):
        fold.exchange(history, TARGET, entry)
    assert readings(history) == before


def test_merging_drops_tombstones_behind_the_horizon_only(history: Client) -> None:
    before = readings(history)
    tombstones = "SELECT countIf(_version < 400000), countIf(_version >= 400000) FROM current.fold_test WHERE _deleted"
    old, new = history.query(f"{tombstones} AND _version IN (SELECT max(_version) FROM current.fold_test GROUP BY id)"
                             ).result_rows[0]  # fmt: skip
    assert old and new
    entry = merge.merge(history, TARGET, Entry("merge", "fold_test", "", "merge", version=399999), 5)
    assert entry.step == "done" and entry.parts_after <= entry.parts_before and entry.rows_after < entry.rows_before
    assert history.query(tombstones).result_rows == [(0, new)]
    assert readings(history) == before


def test_one_at_a_time(history: Client) -> None:
    with lease(history, 60), pytest.raises(BusyError, match="another compaction"), lease(history, 60):
        pass
    with lease(history, -1), lease(history, 60):  # the holder of the first was killed
        pass


@pytest.mark.parametrize(
    ("phase", "lives", "holds"),
    [("building", 60, True), ("building", 0, False), ("exchanging", 0, True), ("done", 60, False)],
)
def test_not_while_topics_are_replayed(history: Client, admin: Client, phase: str, lives: int, holds: bool) -> None:
    admin.command(
        "INSERT INTO ops.replays (id, topic, kind, phase, database, lease_until, plan) "
        f"SELECT 'leased', 'pg.public.x', 'rebuild', '{phase}', 'replay_leased', now64(3) + {lives}, '{{}}'"
    )
    try:
        with pytest.raises(BusyError, match="replayed") if holds else nullcontext(), lease(history, 60):
            pass
    finally:
        admin.command("DELETE FROM ops.replays WHERE id = 'leased'")
