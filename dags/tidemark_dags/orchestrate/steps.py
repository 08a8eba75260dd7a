"""What the DAGs' tasks do. What goes from one to the next is small; checksums travel through ops.

The DAG files import this within their tasks: a file that is parsed every few seconds must not load the clients of four
servers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from airflow.sdk import get_current_context
from clickhouse_connect.driver.client import Client

from tidemark_dags import clickhouse
from tidemark_dags.errors import DifferenceError
from tidemark_dags.orchestrate.connections import settings
from tidemark_dags.reconcile import exact, store
from tidemark_dags.reconcile import run as comparison
from tidemark_dags.reconcile.repair import Repair
from tidemark_dags.reconcile.scope import Scope, Shape
from tidemark_dags.settings import Settings

Params = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """A task's surroundings."""

    client: Client
    settings: Settings
    run: str
    params: Params


@contextmanager
def step() -> Iterator[Step]:
    context, configured = get_current_context(), settings()
    with clickhouse.connect(configured) as client:
        yield Step(client, configured, context["dag_run"].run_id, dict(context["params"]))


def plan() -> list[Params]:
    with step() as s:
        p = s.params
        scopes = comparison.plan(
            s.client, s.settings, p["tables"], parts=p["parts"], low=p["low"], high=p["high"], depth=p["depth"]
        )
        return [scope.asdict() for scope in scopes]


def read(scope: Params) -> Params:
    """The source's checksums at a position. A collection has none: it is read when it is compared."""
    with step() as s:
        of = Scope(**scope)
        contract = comparison.contract(s.settings, of.table)
        reading = {"scope": scope, "source": contract.source, "version": ""}
        if contract.kind == "postgresql":
            with clickhouse.reader(s.settings) as reader:
                version, sums = exact.source_buckets(reader, s.settings, Shape.of(reader, contract), of)
            store.put_sums(s.client, s.run, of.table, of.part, sums)
            reading["version"] = str(version)
        return reading


def compare(reading: Params) -> Params:
    with step() as s:
        scope, started = Scope(**reading["scope"]), store.now()
        if not reading["version"]:
            return comparison.table(s.client, s.settings, s.run, scope).summary()
        source = store.sums(s.client, s.run, scope.table, scope.part)
        with clickhouse.reader(s.settings) as reader:
            shape = Shape.of(reader, comparison.contract(s.settings, scope.table))
            found = exact.compare(reader, s.settings, shape, scope, int(reading["version"]), source)
        store.put(s.client, s.run, found, started)
        return found.summary()


def repair(findings: list[Params]) -> list[Params]:
    """Repairs what differs, if that is wanted. What was equal goes on as it is."""
    with step() as s:
        differ = [f for f in findings if differs(f)]
        if not differ or not s.params["repair"] or s.params["depth"] < 2:
            return findings
        fixed = Repair(s.client, s.settings, s.run, s.params["limit"]).everything()
        return [f for f in findings if not differs(f)] + [f.summary() for f in fixed]


def repair_run() -> list[Params]:
    """Repairs what the run that the parameters name has found, or the newest with open rows."""
    with step() as s:
        run = s.params["run"] or store.newest_open(s.client)
        if not run:
            return []
        return [f.summary() for f in Repair(s.client, s.settings, run, s.params["limit"]).everything()]


def models() -> list[str]:
    """The aggregates to compare: none when only some tables or keys are looked at."""
    with step() as s:
        if s.params["tables"] or s.params["low"] or s.params["high"]:
            return []
        return [m.name for m in comparison.present(s.client, s.settings)]


def aggregate(name: str) -> Params:
    with step() as s:
        model = next(m for m in comparison.present(s.client, s.settings) if m.name == name)
        return comparison.aggregate(s.client, s.settings, s.run, model, repair=s.params["repair"]).summary()


def differs(finding: Params) -> bool:
    return bool(finding["differ"] or finding["buckets_differ"])


def verdict(findings: list[Params]) -> None:
    """DifferenceError if anything differs still."""
    bad = [f"{f['table']} ({f['differ'] or f['buckets_differ']})" for f in findings if differs(f)]
    if bad:
        raise DifferenceError(f"source and ClickHouse differ: {', '.join(bad)}; see ops.reconciliation_rows")


def compact() -> list[Params]:
    from tidemark_dags.compact.run import Budget
    from tidemark_dags.compact.run import compact as run

    with step() as s:
        p = s.params
        budget = Budget(p["days"], p["gigabytes"], p["minutes"], p["cold"])
        return [e.summary() for e in run(s.client, s.settings, s.run, p["tables"], budget)]


def days() -> list[str]:
    """The days that the parameters ask for."""
    from tidemark_dags.etl import run as batch

    with step() as s:
        first = date.fromisoformat(s.params["first"]) if s.params["first"] else batch.newest(s.client)
        last = date.fromisoformat(s.params["last"]) if s.params["last"] else first
        return [str(d) for d in batch.days(first, last)]


def load(day: str) -> Params:
    """Loads a day of the batch reference; DifferenceError where the streaming aggregates are not equal to it."""
    from tidemark_dags.etl import run as batch

    with step() as s:
        found = batch.compare(s.client, s.settings, s.run, date.fromisoformat(day))
    if not found.equal:
        raise DifferenceError(f"{len(found.keys)} groups of {day} differ: SELECT * FROM sales_batch.side_by_side")
    return found.summary()


def report() -> str:
    """Writes the report and gives its path."""
    from tidemark_dags.etl.run import newest
    from tidemark_dags.report.render import write

    with step() as s:
        day = date.fromisoformat(s.params["day"]) if s.params["day"] else newest(s.client)
        return str(write(s.client, day, s.settings.reports))
