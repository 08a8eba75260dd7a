"""The charts of comparisons and compactions: what was found, and where nobody has looked."""

import json

import compare
import pytest
from conftest import CHARTS

import clickhouse

TABLES = "SELECT DISTINCT substring(topic, position(topic, '.') + 1) FROM ops.applied"
LINES = (
    """INSERT INTO ops.reconciliation
    (run, source, table, part, kind, version, started_at, seconds, rows_source, found, differ, repaired, state) VALUES
    ('planted-1', 'planted', 'a', 0, 'table', 1, '2026-01-01 00:00:00', 1, 10, 4, 4, 0, 'differs'),
    ('planted-2', 'planted', 'a', 0, 'table', 1, '2026-01-02 00:00:00', 1, 11, 0, 0, 0, 'equal'),
    ('planted-2', 'planted', 'a', 1, 'table', 1, '2026-01-02 00:00:00', 1, 12, 3, 3, 0, 'differs')""",
    "INSERT INTO ops.applied (topic, partition, incarnation, table) VALUES ('planted.a', 0, 'x', 'raw.planted')",
    """INSERT INTO ops.compaction
    (run, table, partition, what, step, rows_before, rows_after, bytes_before, bytes_after) VALUES
    ('planted-1', 'planted', '1', 'fold', 'done', 100, 60, 1000, 500),
    ('planted-1', 'planted', '2', 'fold', 'done', 10, 10, 100, 90),
    ('planted-1', 'planted', '3', 'fold', 'skipped', 7, 0, 70, 0)""",
)


@pytest.fixture
def lines():
    """Lines as reconciliation and compaction write them, of a source that is not there; taken away again."""
    for line in LINES:
        clickhouse.run(line)
    yield
    for table, column in (("reconciliation", "run"), ("compaction", "run"), ("applied", "topic")):
        clickhouse.run(f"DELETE FROM ops.{table} WHERE startsWith({column}, 'planted')")


def shown(admin, key: str) -> dict[str, list]:
    """Give a chart's lines by their table."""
    number = next(c["id"] for c in admin.every("chart") if c["uuid"] == CHARTS[key]["uuid"])
    context = json.loads(admin.get(f"chart/{number}")["result"]["query_context"])
    return {row[0]: row[1:] for row in compare.table(admin.data(context), context)[0]}


def test_the_newest_comparison_shows_with_its_parts_added_up(admin, lines):
    kind, state, differ, rows, at = shown(admin, "compared")["a"]
    assert (kind, state, differ, rows) == ("table", "differs", 3, 23)
    assert at == clickhouse.one("SELECT toDateTime('2026-01-02 00:00:00', 'UTC')")


def test_a_compaction_shows_what_it_did_with_its_partitions_added_up(admin, lines):
    what, state, before, after, saved, _ = shown(admin, "compacted")["planted"]
    assert (what, state, before, after, saved) == ("fold", "done", 110, 70, 510)


def test_a_table_that_nobody_looked_at_says_so(admin):
    compared = {row[0] for row in clickhouse.rows("SELECT table FROM ops.reconciliation WHERE kind = 'table'")}
    found = shown(admin, "compared")
    tables = {row[0] for row in clickhouse.rows(TABLES)}
    assert tables
    assert tables <= found.keys()
    for table in tables - compared:
        assert found[table][:2] == ["table", "not compared yet"], table
    compacted = {row[0] for row in clickhouse.rows("SELECT table FROM ops.compaction")}
    for table, line in shown(admin, "compacted").items():
        assert (line[1] == "not compacted yet") == (table not in compacted), table
