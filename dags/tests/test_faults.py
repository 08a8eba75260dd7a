"""Every planted fault is found, named and repaired; where none was planted none is found."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from clickhouse_connect.driver.client import Client

from tidemark_dags.reconcile import run as comparison
from tidemark_dags.reconcile.finding import Difference
from tidemark_dags.reconcile.repair import Repair
from tidemark_dags.settings import REPOSITORY, Settings

AT_ONCE = {"mutations_sync": 2}


@pytest.fixture(scope="module")
def writing(shop: None) -> Iterator[None]:
    """The shop goes on meanwhile."""
    run = [REPOSITORY / "bin/shop", "run", "--rate", "20", "--users", "100", "--products", "50"]
    with subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield
        process.terminate()


@dataclass(frozen=True)
class Bench:
    """What the tests do with a stack."""

    admin: Client
    client: Client
    settings: Settings

    def do(self, sql: str) -> None:
        self.admin.command(sql, settings=AT_ONCE)

    def reconcile(self, run: str, table: str) -> list[Difference]:
        (scope,) = comparison.plan(self.client, self.settings, [table])
        return comparison.table(self.client, self.settings, run, scope).differences

    def repaired(self, run: str) -> None:
        assert all(f.equal for f in Repair(self.client, self.settings, run, wait=60).everything())

    def old(self, table: str, n: int) -> list[str]:
        """Keys of rows that the shop changes no more, most likely."""
        key = self.client.query(f"SELECT id FROM current.{table} FINAL ORDER BY updated_at, id LIMIT {n}").result_rows
        return [str(r[0]) for r in key]


@pytest.fixture
def bench(admin: Client, client: Client, stack: Settings, writing: None) -> Bench:
    return Bench(admin, client, stack)


@pytest.mark.parametrize("table", ["transactions", "deliveries", "returns", "orders", "products", "users"])
def test_nothing_is_found_where_nothing_was_planted(bench: Bench, table: str) -> None:
    assert bench.reconcile(f"none-{table}", table) == []


@pytest.mark.parametrize(("table", "column"), [("transactions", "amount"), ("users", "points")])
def test_faults_in_current_rows(bench: Bench, table: str, column: str) -> None:
    gone, changed, template, *lost = bench.old(table, 23)
    extra = "00000000-0000-0000-0000-0000000000aa" if table == "transactions" else "0000000000000000000000aa"
    bench.do(f"ALTER TABLE current.{table} DELETE WHERE toString(id) = '{gone}'")
    step = "toDecimal32('0.01', 2)" if column == "amount" else "1"
    bench.do(f"ALTER TABLE current.{table} UPDATE {column} = {column} + {step} WHERE toString(id) = '{changed}'")
    bench.do(f"INSERT INTO current.{table} SELECT * REPLACE(CAST('{extra}', toTypeName(c.id)) AS id) "
             f"FROM (SELECT * FROM current.{table} FINAL WHERE toString(id) = '{template}') AS c")  # fmt: skip
    bench.do(f"ALTER TABLE current.{table} DELETE WHERE toString(id) IN ({', '.join(repr(k) for k in lost)})")
    found = bench.reconcile(f"current-{table}", table)
    plain = {(d.values[0], d.kind, d.column) for d in found}
    wanted = {(k, "missing", "") for k in [gone, *lost]} | {(changed, "changed", column), (extra, "extra", "")}
    assert plain == wanted
    bench.repaired(f"current-{table}")
    assert bench.reconcile(f"current-{table}-again", table) == []


def test_faults_in_the_log(bench: Bench) -> None:
    doubled, lost = bench.old("transactions", 2)
    bench.admin.command(
        f"INSERT INTO raw.transactions SELECT * FROM raw.transactions WHERE id = '{doubled}' AND _sign = 1 "
        "ORDER BY _version DESC LIMIT 1", settings={"insert_deduplicate": 0},
    )  # fmt: skip
    bench.do(f"ALTER TABLE raw.transactions DELETE WHERE id = '{lost}' AND _sign = 1")
    found = bench.reconcile("log", "transactions")
    assert {(d.key, d.kind) for d in found} == {(doubled, "log"), (lost, "log")}
    bench.repaired("log")
    wrong = [m.name for m in comparison.present(bench.client, bench.settings)
             if not comparison.aggregate(bench.client, bench.settings, "log-sums", m, repair=True).equal]  # fmt: skip
    assert wrong == []  # what the log's repair did to the sums is mended with them
    assert bench.reconcile("log-again", "transactions") == []


def test_a_dropped_tombstone(bench: Bench) -> None:
    """An old version comes back to life; its repair is a delete where the log has nothing to take back."""
    dead = bench.client.query("SELECT id FROM raw.users GROUP BY id HAVING sum(_sign) = 0 LIMIT 1").result_rows
    if not dead:
        pytest.skip("the shop has deleted nobody yet")
    key = dead[0][0]
    bench.do(f"ALTER TABLE current.users DELETE WHERE id = '{key}'")
    meta = "_sign, _version, _op, _commit_time, _incarnation, _partition, _offset"
    bench.do(
        f"INSERT INTO current.users SELECT * EXCEPT({meta}), _version, 0 FROM raw.users "
        f"WHERE id = '{key}' AND _sign = 1 ORDER BY _version LIMIT 1"
    )
    assert [(d.values[0], d.kind) for d in bench.reconcile("tombstone", "users")] == [(key, "extra")]
    bench.repaired("tombstone")


def test_a_changed_aggregate(bench: Bench) -> None:
    group = "SELECT hour, method, status, currency FROM sales.payments ORDER BY hour LIMIT 1"
    hour, method, status, currency = bench.client.query(group).result_rows[0]
    bench.admin.insert("payments", [[hour, method, status, currency, "0.01", 0]], database="sales_state",
                        column_names=["hour", "method", "status", "currency", "amount", "n"])  # fmt: skip
    (model,) = [m for m in comparison.present(bench.client, bench.settings) if m.name == "payments"]
    found = comparison.aggregate(bench.client, bench.settings, "sum", model)
    assert [(d.column, d.clickhouse) for d in found.differences] == [("amount", "0.01")]
    assert comparison.aggregate(bench.client, bench.settings, "sum", model, repair=True).equal
    assert comparison.aggregate(bench.client, bench.settings, "sum-again", model).equal


def test_beyond_the_limit_nothing_is_repaired(bench: Bench) -> None:
    from tidemark_dags.errors import DifferenceError

    lost = bench.old("transactions", 3)
    bench.do(f"ALTER TABLE current.transactions DELETE WHERE id IN ({', '.join(repr(k) for k in lost)})")
    assert len(bench.reconcile("limit", "transactions")) == 3
    with pytest.raises(DifferenceError, match="more than the 2"):
        Repair(bench.client, bench.settings, "limit", limit=2).everything()
    bench.repaired("limit")
