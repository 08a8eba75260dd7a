"""Asks for the rows that differ, waits until they have come the ordinary way, and compares once more."""

from __future__ import annotations

import time
from dataclasses import dataclass

from clickhouse_connect.driver.client import Client

from tidemark_dags.clickhouse import asked, ident
from tidemark_dags.contracts import Contract
from tidemark_dags.errors import DifferenceError
from tidemark_dags.reconcile import run as comparison
from tidemark_dags.reconcile import signal, store
from tidemark_dags.reconcile.finding import Difference, Finding
from tidemark_dags.reconcile.scope import Scope, Shape, buckets_for
from tidemark_dags.settings import Settings

LIMIT = 10_000  # as in orchestrate/defaults.py, which must not load this
PAUSE = 0.5  # seconds between two looks


@dataclass(frozen=True)
class Repair:
    """limit: of rows over all tables of a run; above it nothing is asked for. wait: seconds for the rows to come."""

    client: Client
    settings: Settings
    run: str
    limit: int = LIMIT
    wait: float = 300.0

    def everything(self) -> list[Finding]:
        """Repairs what the run found, table by table; DifferenceError when too much or something else is left."""
        tables = self._tables()
        total = sum(n for _, n in tables)
        if total > self.limit:
            raise DifferenceError(
                f"run {self.run} found {total} rows that differ, more than the {self.limit} that may be repaired: "
                f"look at ops.reconciliation_rows first, then raise the limit"
            )
        done = [self.table(name) for name, _ in tables]
        if any(not f.equal for f in done):
            left = ", ".join(f"{f.table} ({len(f.keys)})" for f in done if not f.equal)
            raise DifferenceError(f"run {self.run}: rows still differ after their repair: {left}")
        return done

    def _tables(self) -> list[tuple[str, int]]:
        return self.client.query(
            "SELECT table, uniqExact(key) FROM ops.reconciliation_rows FINAL "
            "WHERE run = {run:String} AND kind != 'sum' AND state != 'repaired' GROUP BY table ORDER BY table",
            parameters={"run": self.run},
        ).result_rows

    def table(self, name: str) -> Finding:
        """Repairs one table."""
        contract = comparison.contract(self.settings, name)
        shape, started = Shape.of(self.client, contract), store.now()
        rows = store.rows(self.client, self.run, name) + store.rows(self.client, self.run, name, "asked")
        version = self._version(name)
        self._ask(contract, rows)
        self._arrived(shape, [d.key for d in rows], version)
        scope = Scope(name, buckets=buckets_for(self.client, contract))
        found = comparison.compare(self.settings, contract, scope)
        still = set(found.keys)
        store.put(self.client, self.run, found, started, before=len({d.key for d in rows}))
        store.put_rows(self.client, self.run, found, [d for d in rows if d.key not in still], "repaired")
        return found

    def _version(self, name: str) -> int:
        return self.client.query(
            "SELECT max(version) FROM ops.reconciliation FINAL WHERE run = {run:String} AND table = {t:String}",
            parameters={"run": self.run, "t": name},
        ).result_rows[0][0]

    def _ask(self, contract: Contract, rows: list[Difference]) -> None:
        keys = list(dict.fromkeys(d.values for d in rows if d.values))
        signal.restate(self.settings.brokers, contract, keys, f"reconciliation run {self.run}")
        nothing = Finding(contract.name, contract.target, contract.source, 0, 0)
        store.put_rows(self.client, self.run, nothing, rows, "asked")

    def _arrived(self, shape: Shape, keys: list[str], version: int) -> None:
        """Waits until the log says something of every key that is newer than the comparison."""
        wanted = list(dict.fromkeys(keys))
        sql = f"""
            SELECT count() FROM (SELECT {shape.key_text} AS k, max(_version) AS v
            FROM raw.{ident(shape.contract.target)} WHERE {shape.key_text} IN (SELECT k FROM asked) GROUP BY k)
            WHERE v >= toUInt128('{version}')"""
        until = time.monotonic() + self.wait
        while time.monotonic() < until:
            if self.client.query(sql, external_data=asked("asked", "k", wanted)).result_rows[0][0] >= len(wanted):
                return
            time.sleep(PAUSE)
