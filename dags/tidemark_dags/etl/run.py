"""Extract, clean, aggregate and load, day by day; and the comparison with the streaming aggregates."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

from clickhouse_connect.driver.client import Client

from tidemark_dags.etl import aggregate, beside, extract, load
from tidemark_dags.etl.subject import SUBJECTS
from tidemark_dags.reconcile import store
from tidemark_dags.reconcile.finding import Difference, Finding
from tidemark_dags.settings import Settings

LOOKS = 10
PAUSE = 2.0  # seconds for what was committed while the day was read to reach ClickHouse


def day(client: Client, settings: Settings, of: date) -> int:
    """Loads one day and gives the number of its groups."""
    began = time.monotonic()
    orders = list(extract.orders(settings.mongo_url("mongo"), of))
    sums = aggregate.everything(orders, extract.tables(settings.postgres_url("pg"), of))
    groups = sum(load.load(client, s, of, sums[s.name]) for s in SUBJECTS)
    client.insert("days", [[of, groups, time.monotonic() - began]], database="sales_batch",
                  column_names=["day", "groups", "seconds"])  # fmt: skip
    return groups


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def newest(client: Client) -> date:
    """The newest day with sales that is over; yesterday where there is none."""
    found = client.query("SELECT max(day) FROM sales.daily WHERE day < today() HAVING count() > 0").result_rows
    return found[0][0] if found else datetime.now(UTC).date() - timedelta(days=1)


def compare(client: Client, settings: Settings, run: str, of: date) -> Finding:
    """The streaming aggregates of a day against the batch ones.

    Sales of a day still change afterwards (a refund, a delivery). So a difference is looked at again with the day read
    anew: one that is none goes away.
    """
    started, began = store.now(), time.monotonic()
    beside.make_view(client)
    found = Finding("sales_batch", f"{of}", "sales", 0, 0)
    before: set[tuple[str, ...]] | None = None
    for look in range(LOOKS):
        if look:
            time.sleep(PAUSE)
        found.rows_source = found.rows_current = found.rows_raw = day(client, settings, of)
        rows = beside.differing(client, of)
        now: set[tuple[str, ...]] = {r[:3] for r in rows}
        before = now if before is None else before & now
        if not before:
            break
    found.differences = [
        Difference(f"{of} | {a} | {g}", "sum", m, batch, streaming)
        for a, g, m, streaming, batch in rows
        if (a, g, m) in (before or set())
    ]
    found.seconds = round(time.monotonic() - began, 3)
    store.put(client, run, found, started, kind="batch")
    return found
