"""One comparison from its beginning to its row in ops.reconciliation."""

from __future__ import annotations

from clickhouse_connect.driver.client import Client

from tidemark_dags import clickhouse, tidemark
from tidemark_dags.contracts import Contract, load, select
from tidemark_dags.reconcile import aggregates, exact, models, rounds, store
from tidemark_dags.reconcile.finding import Finding
from tidemark_dags.reconcile.scope import Scope, Shape, buckets_for
from tidemark_dags.settings import Settings


def plan(
    client: Client,
    settings: Settings,
    tables: list[str],
    *,
    parts: int = 1,
    low: str = "",
    high: str = "",
    depth: int = 3,
) -> list[Scope]:
    """What to compare, one by one. Only PostgreSQL's tables are split: a collection is read whole."""
    return [
        Scope(c.name, part, n, buckets_for(client, c), low, high, depth)
        for c in select(load(settings.contracts), tables)
        for n in (parts if c.kind == "postgresql" else 1,)
        for part in range(n)
    ]


def contract(settings: Settings, name: str) -> Contract:
    return select(load(settings.contracts), [name])[0]


def table(client: Client, settings: Settings, run: str, scope: Scope) -> Finding:
    """Compares one part of a table and writes down what was found with client."""
    started, of = store.now(), contract(settings, scope.table)
    found = compare(settings, of, scope)
    store.put(client, run, found, started)
    return found


def compare(settings: Settings, of: Contract, scope: Scope) -> Finding:
    """Reads the source, waits for the tidemark and compares."""
    with clickhouse.reader(settings) as read:
        shape = Shape.of(read, of)
        if of.kind == "mongodb":
            return rounds.compare(read, settings, shape, scope)
        version, source = exact.source_buckets(read, settings, shape, scope)
        tidemark.wait(read, of.source, version, settings.tidemark_timeout)
        return exact.compare(read, settings, shape, scope, version, source)


def aggregate(client: Client, settings: Settings, run: str, model: models.Model, *, repair: bool = False) -> Finding:
    """Compares one aggregate; with repair, corrects the groups that are wrong and compares once more."""
    started = store.now()
    found, wrong = _sums(settings, model)
    if not wrong or not repair:
        store.put(client, run, found, started, kind="aggregate")
        return found
    store.put_rows(client, run, found, found.differences, "repaired")
    aggregates.correct(client, model, wrong, run)
    again, _ = _sums(settings, model)
    store.put(client, run, again, started, kind="aggregate", before=len(found.keys))
    return again


def _sums(settings: Settings, model: models.Model) -> tuple[Finding, list[aggregates.Off]]:
    with clickhouse.reader(settings) as read:
        return aggregates.compare(read, model)


def present(client: Client, settings: Settings) -> list[models.Model]:
    """The models that have a view."""
    there = {r[0] for r in client.query("SELECT name FROM system.tables WHERE database = 'sales'").result_rows}
    return [m for m in models.load(settings.models) if m.name in there]
