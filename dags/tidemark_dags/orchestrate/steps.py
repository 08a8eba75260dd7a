"""The tasks of the DAG reconcile. What goes from one to the next is small; checksums travel through ops."""

from __future__ import annotations

from typing import Any

from clickhouse_connect.driver.client import Client

from tidemark_dags.errors import DifferenceError
from tidemark_dags.reconcile import exact, store
from tidemark_dags.reconcile import run as comparison
from tidemark_dags.reconcile.finding import Finding
from tidemark_dags.reconcile.repair import Repair
from tidemark_dags.reconcile.scope import Scope, Shape
from tidemark_dags.settings import Settings

Params = dict[str, Any]


def run_of(context: Any) -> str:
    return context["dag_run"].run_id


def plan(client: Client, settings: Settings, params: Params) -> list[Params]:
    scopes = comparison.plan(
        client, settings, params["tables"], parts=params["parts"], low=params["low"], high=params["high"],
        depth=params["depth"],
    )  # fmt: skip
    return [s.asdict() for s in scopes]


def read(client: Client, settings: Settings, run: str, scope: Params) -> Params:
    """The source's checksums at a position. A collection has none: it is read when it is compared."""
    of = Scope(**scope)
    contract = comparison.contract(settings, of.table)
    reading = {"scope": scope, "source": contract.source, "version": ""}
    if contract.kind == "postgresql":
        version, sums = exact.source_buckets(client, settings, Shape.of(client, contract), of)
        store.put_sums(client, run, of.table, of.part, sums)
        reading["version"] = str(version)
    return reading


def compare(client: Client, settings: Settings, run: str, reading: Params) -> Params:
    scope, started = Scope(**reading["scope"]), store.now()
    if not reading["version"]:
        return comparison.table(client, settings, run, scope).summary()
    shape = Shape.of(client, comparison.contract(settings, scope.table))
    source = store.sums(client, run, scope.table, scope.part)
    found = exact.compare(client, settings, shape, scope, int(reading["version"]), source)
    store.put(client, run, found, started)
    return found.summary()


def repair(client: Client, settings: Settings, run: str, findings: list[Params], params: Params) -> list[Params]:
    """Repairs what differs, if that is wanted. What was equal goes on as it is."""
    differ = [f for f in findings if differs(f)]
    if not differ or not params["repair"] or params["depth"] < 2:
        return findings
    fixed: list[Finding] = Repair(client, settings, run, params["limit"]).everything()
    return [f for f in findings if not differs(f)] + [f.summary() for f in fixed]


def models(client: Client, settings: Settings, params: Params) -> list[str]:
    """The aggregates to compare: none when only some tables or keys are looked at."""
    if params["tables"] or params["low"] or params["high"]:
        return []
    return [m.name for m in comparison.present(client, settings)]


def aggregate(client: Client, settings: Settings, run: str, name: str, params: Params) -> Params:
    model = next(m for m in comparison.present(client, settings) if m.name == name)
    return comparison.aggregate(client, run, model, repair=params["repair"]).summary()


def differs(finding: Params) -> bool:
    return bool(finding["differ"] or finding["buckets_differ"])


def verdict(findings: list[Params]) -> None:
    """DifferenceError if anything differs still."""
    bad = [f"{f['table']} ({f['differ'] or f['buckets_differ']})" for f in findings if differs(f)]
    if bad:
        raise DifferenceError(f"source and ClickHouse differ: {', '.join(bad)}; see ops.reconciliation_rows")
