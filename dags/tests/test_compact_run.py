"""The command line's compaction from its beginning to its end, killed at every step, and its move to a cold volume."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client
from history import FEBRUARY, JANUARY, readings

from tidemark_dags.compact import journal, lease
from tidemark_dags.reconcile import store

RETENTION = (datetime.now(UTC).date() - date(2026, 2, 3)).days  # February stays as it is
CONTRACT = """contract: 1
source: pg
table: public.fold_test
target: shop.fold_test
key: [id]
columns:
  - {name: id, type: bigint}
  - {name: kind, type: text}
  - {name: amount, type: "numeric(12,2)"}
  - {name: note, type: text, nullable: true}
"""
TIERED = "ALTER TABLE raw.fold_test MODIFY SETTING storage_policy = 'tiered'"
DISKS = """SELECT partition_id, groupUniqArray(disk_name) FROM system.parts
    WHERE active AND database = 'raw' AND table = 'fold_test' GROUP BY partition_id ORDER BY partition_id"""
KILLED = Path(__file__).with_name("killed.py")
PARTS = """SELECT count(), sum(rows) FROM system.parts
    WHERE active AND table = 'fold_test' AND database IN ('raw', 'current')"""


class Compaction:
    """Runs of `python -m tidemark_dags compact` over the one table."""

    def __init__(self, contracts: Path) -> None:
        (contracts / "fold_test.yaml").write_text(CONTRACT)
        self.environment = {**os.environ, "TIDEMARK_CONTRACTS": str(contracts)}

    def start(self, *more: str, program: tuple[str, ...] = ("-m", "tidemark_dags")) -> subprocess.Popen[str]:
        command = [sys.executable, *program, "compact", "--days", str(RETENTION), *more]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *more: str) -> str:
        process = self.start(*more)
        out, err = process.communicate()
        assert process.returncode == 0, err
        return out


@pytest.fixture
def compaction(history: Client, admin: Client, tmp_path: Path) -> Compaction:
    """The table was compared and is equal up to its newest version."""
    admin.command(f"DROP TABLE IF EXISTS {lease.TABLE} SYNC")
    newest = history.query("SELECT max(_version) FROM raw.fold_test").result_rows[0][0]
    history.insert("reconciliation", [["fold", "pg", "public.fold_test", newest, "equal", store.now()]], database="ops",
                   column_names=["run", "source", "table", "version", "state", "started_at"])  # fmt: skip
    return Compaction(tmp_path)


def test_killed_again_and_again(history: Client, admin: Client, compaction: Compaction) -> None:
    """kill -9 after one statement that changes something, after two, after three, until a run comes through."""
    before, parts = readings(history), history.query(PARTS).result_rows[0]
    kills = 0
    while True:
        process = compaction.start(program=(str(KILLED), str(kills + 1)))
        out, err = process.communicate()
        assert readings(history) == before
        if process.returncode == 0:
            break
        assert process.returncode == -9, err
        kills += 1
        admin.command(f"DROP TABLE IF EXISTS {lease.TABLE} SYNC")  # as if the two minutes of its lease were over
    print(f"killed {kills} times")
    assert kills >= 3, out
    assert not [e for e in journal.unfinished(history) if e.table == "fold_test"]
    after = history.query(PARTS).result_rows[0]
    assert after[0] < parts[0] and after[1] < parts[1]
    assert history.query("SELECT count() FROM system.tables WHERE name LIKE 'fold_test_fold%'").result_rows == [(0,)]


def test_a_second_run_waits_for_the_first(history: Client, compaction: Compaction) -> None:
    with lease.lease(history):
        held = json.loads(lease._comment(history))["holder"]
        process = compaction.start()
        assert process.wait() == 1 and "another compaction" in (process.stderr and process.stderr.read() or "")
        assert json.loads(lease._comment(history))["holder"] == held
    assert '"done"' in compaction.run()


def test_folded_partitions_go_to_the_cold_volume(history: Client, admin: Client, compaction: Compaction) -> None:
    before = readings(history)
    assert "has no volume cold" in compaction.run("--cold", "cold")
    assert readings(history) == before
    admin.command(TIERED)
    assert '"what": "move"' in compaction.run("--cold", "cold")
    assert history.query(DISKS).result_rows == [(JANUARY, ["cold"]), (FEBRUARY, ["default"])]
    assert readings(history) == before
    assert '"what": "move"' not in compaction.run("--cold", "cold")  # they are there
    assert readings(history) == before
