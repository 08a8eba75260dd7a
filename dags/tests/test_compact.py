"""Compaction changes nothing that anybody reads, and can be killed anywhere."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext, suppress
from threading import Thread

import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError
from history import FEBRUARY, JANUARY, TARGET, change, readings

from tidemark_dags.clickhouse import text
from tidemark_dags.compact import fold, journal, merge
from tidemark_dags.compact.journal import Entry
from tidemark_dags.compact.lease import TABLE, _comment, lease
from tidemark_dags.errors import BusyError


def test_a_fold_changes_nothing_that_is_read(history: Client) -> None:
    before = readings(history)
    assert before["invariant"] == [(0,)]
    entry = fold.fold(history, TARGET, Entry("fold", "fold_test", JANUARY, "fold"), nobody)
    assert entry.step == "done" and entry.rows_after < entry.rows_before
    assert readings(history) == before
    assert history.query("SELECT max(offset) FROM ops.fold_horizon WHERE table = 'fold_test'").result_rows[0][0] >= 3000
    again = fold.fold(history, TARGET, Entry("again", "fold_test", JANUARY, "fold"), nobody)
    assert (again.step, again.note) == ("skipped", "nothing to fold")


def test_what_is_sent_again_stays_older(history: Client) -> None:
    """Every key, dead ones too, keeps its newest version: what the sink compares an old change with."""
    sql = "SELECT id, max(_version) FROM raw.fold_test GROUP BY id ORDER BY id"
    before = history.query(sql).result_rows
    fold.fold(history, TARGET, Entry("fold", "fold_test", JANUARY, "fold"), nobody)
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
    assert fold.fold(history, TARGET, found, nobody).step == "done"
    assert readings(history) == before
    assert not journal.unfinished(history)


def test_a_partition_that_changed_meanwhile_is_left_alone(history: Client) -> None:
    entry = Entry("changed", "fold_test", FEBRUARY, "fold")
    assert fold.build(history, TARGET, entry)
    change(history, "2026-02-04", 6)
    before = readings(history)
    with pytest.raises(BusyError, match="rows"):
        fold.exchange(history, TARGET, entry, nobody)
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


def test_a_lease_that_is_over_stays_over(history: Client) -> None:
    """A run that stood still: whoever found the lease over has begun, so it must neither exchange rows nor renew."""
    before = readings(history)
    with lease(history, 4) as held:
        held()
        for _ in range(10):  # more than once: it may just be renewed
            held_until(history, 0)
            time.sleep(0.05)
        for _ in range(20):  # five chances to renew
            time.sleep(0.25)
            with pytest.raises(BusyError, match="stood still"):
                held()
        entry = Entry("lapsed", "fold_test", JANUARY, "fold")
        with pytest.raises(BusyError, match="stood still"):
            fold.fold(history, TARGET, entry, held)
    assert entry.step == "folded" and readings(history) == before


def held_until(client: Client, until: float) -> None:
    """As if so much time had gone by."""
    held = json.loads(_comment(client)) | {"until": until}
    client.command(f"ALTER TABLE {TABLE} MODIFY COMMENT {text(json.dumps(held))}")


def nobody() -> None:
    """No lease is asked for."""


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


def test_not_while_aggregates_are_built(history: Client, admin: Client) -> None:
    query, sleep = "tidemark-aggregate-lock", "SELECT sleepEachRow(1) FROM numbers(600) SETTINGS max_block_size = 1"

    def held() -> None:
        with suppress(DatabaseError):  # it is killed below
            admin.query(sleep, settings={"query_id": query})

    build = Thread(target=held)
    build.start()
    try:
        seen = "SELECT count() FROM system.processes WHERE query_id = {q:String}"
        while not history.query(seen, parameters={"q": query}).result_rows[0][0]:
            assert build.is_alive()
        with pytest.raises(BusyError, match="aggregates"), lease(history, 60):
            pass
    finally:
        admin.command(f"KILL QUERY WHERE query_id = '{query}' SYNC")
        build.join()
    with lease(history, 60):
        pass
