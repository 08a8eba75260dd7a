"""Every planted fault is found, named and repaired; where none was planted none is found."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import planted
import pytest
from clickhouse_connect.driver.client import Client

from tidemark_dags.errors import DifferenceError
from tidemark_dags.reconcile import aggregates
from tidemark_dags.reconcile import run as comparison
from tidemark_dags.reconcile.finding import Difference, Finding
from tidemark_dags.reconcile.models import Model
from tidemark_dags.reconcile.repair import Repair
from tidemark_dags.settings import REPOSITORY, Settings

SESSION = os.urandom(4).hex()
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

    def name(self, run: str) -> str:
        """Of a run of this test session: a stack may see several."""
        return f"{run}-{SESSION}"

    def reconcile(self, run: str, table: str) -> list[Difference]:
        (scope,) = comparison.plan(self.client, self.settings, [table])
        return comparison.table(self.client, self.settings, self.name(run), scope).differences

    def repaired(self, run: str) -> None:
        assert all(f.equal for f in Repair(self.client, self.settings, self.name(run)).everything())

    def planted(self, table: str, n: int) -> list[str]:
        return planted.rows(self.client, table, n)

    def present(self) -> list[Model]:
        return comparison.present(self.client, self.settings)

    def aggregate(self, run: str, model: Model, *, repair: bool = False) -> Finding:
        return comparison.aggregate(self.client, self.settings, self.name(run), model, repair=repair)


@pytest.fixture
def bench(admin: Client, client: Client, stack: Settings, writing: None) -> Bench:
    return Bench(admin, client, stack)


@pytest.mark.parametrize("table", ["transactions", "deliveries", "returns", "orders", "products", "users"])
def test_nothing_is_found_where_nothing_was_planted(bench: Bench, table: str) -> None:
    assert bench.reconcile(f"none-{table}", table) == []


@pytest.mark.parametrize(("table", "column"), [("transactions", "amount"), ("users", "points")])
def test_faults_in_current_rows(bench: Bench, table: str, column: str) -> None:
    """A row deleted, a value changed (by one cent), a row too many, 1,000 rows lost."""
    gone, changed, template, *lost = bench.planted(table, 1003)
    extra = planted.unknown(table)
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
    (one,) = [d for d in found if d.kind == "changed"]
    assert Decimal(one.clickhouse) - Decimal(one.source) == Decimal("0.01" if column == "amount" else "1")
    bench.repaired(f"current-{table}")
    assert bench.reconcile(f"current-{table}-again", table) == []


def test_faults_in_the_log(bench: Bench) -> None:
    """A row doubled and a row lost; the repair of the log stirs the sums, so these are compared and mended, too."""
    doubled, lost = bench.planted("transactions", 2)
    bench.admin.command(
        f"INSERT INTO raw.transactions SELECT * FROM raw.transactions WHERE id = '{doubled}' AND _sign = 1 "
        "ORDER BY _version DESC LIMIT 1", settings={"insert_deduplicate": 0},
    )  # fmt: skip
    bench.do(f"ALTER TABLE raw.transactions DELETE WHERE id = '{lost}' AND _sign = 1")
    found = bench.reconcile("log", "transactions")
    assert {(d.key, d.kind) for d in found} == {(doubled, "log"), (lost, "log")}
    bench.repaired("log")
    assert [m.name for m in bench.present() if not bench.aggregate("log-sums", m, repair=True).equal] == []
    assert [m.name for m in bench.present() if not bench.aggregate("log-sums-again", m).equal] == []
    assert bench.reconcile("log-again", "transactions") == []


def test_a_dropped_tombstone(bench: Bench) -> None:
    """An old version comes back to life; its repair is a delete where the log has nothing to take back."""
    (key,) = bench.planted("users", 1)
    planted.forget(bench.client, key)
    bench.do(f"ALTER TABLE current.users DELETE WHERE id = '{key}'")
    meta = "_sign, _version, _op, _commit_time, _incarnation, _partition, _offset"
    bench.do(
        f"INSERT INTO current.users SELECT * EXCEPT({meta}), _version, 0 FROM raw.users "
        f"WHERE id = '{key}' AND _sign = 1 ORDER BY _version LIMIT 1"
    )
    assert [(d.values[0], d.kind) for d in bench.reconcile("tombstone", "users")] == [(key, "extra")]
    bench.repaired("tombstone")
    assert bench.reconcile("tombstone-again", "users") == []


def test_a_changed_aggregate(bench: Bench) -> None:
    group = "SELECT hour, method, status, currency FROM sales.payments ORDER BY hour LIMIT 1"
    hour, method, status, currency = bench.client.query(group).result_rows[0]
    (model,) = [m for m in bench.present() if m.name == "payments"]
    held = aggregates.state(bench.admin, model)
    bench.admin.insert(held, [[hour, method, status, currency, "0.01", 0]], database="sales_state",
                       column_names=["hour", "method", "status", "currency", "amount", "n"],
                       settings={"insert_deduplicate": 0})  # fmt: skip
    found = bench.aggregate("sum", model)
    key = "|".join(map(str, (hour, method, status, currency)))
    assert [(d.key, d.column, d.clickhouse) for d in found.differences] == [(key, "amount", "0.01")]
    assert bench.aggregate("sum", model, repair=True).equal
    assert bench.aggregate("sum-again", model).equal


def test_beyond_the_limit_nothing_is_repaired(bench: Bench) -> None:
    lost = bench.planted("transactions", 3)
    bench.do(f"ALTER TABLE current.transactions DELETE WHERE id IN ({', '.join(repr(k) for k in lost)})")
    assert len(bench.reconcile("limit", "transactions")) == 3
    with pytest.raises(DifferenceError, match="more than the 2"):
        Repair(bench.client, bench.settings, bench.name("limit"), limit=2).everything()
    bench.repaired("limit")


def test_in_the_end_nothing_is_left(bench: Bench) -> None:
    """After all repairs every table and every aggregate is equal."""
    tables = ["transactions", "deliveries", "returns", "orders", "products", "users"]
    assert {t: found for t in tables if (found := bench.reconcile(f"end-{t}", t))} == {}
    assert [m.name for m in bench.present() if not bench.aggregate("end", m).equal] == []
