"""What the report says, read from the aggregates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clickhouse_connect.driver.client import Client

QUERIES = {
    "daily": "SELECT day, orders, items, gross, refunded, canceled, net, average_order FROM sales.daily "
    "WHERE currency = {c:String} AND day BETWEEN {since:Date} AND {day:Date} ORDER BY day",
    "categories": "SELECT category, sum(items), sum(gross), sum(net) FROM sales.revenue WHERE currency = {c:String} "
    "AND toDate(hour) = {day:Date} GROUP BY category ORDER BY sum(net) DESC, category LIMIT 10",
    "states": "SELECT state, sum(items), sum(net) FROM sales.revenue WHERE currency = {c:String} "
    "AND toDate(hour) = {day:Date} GROUP BY state ORDER BY sum(net) DESC, state LIMIT 10",
    "payments": "SELECT method, status, sum(payments), sum(amount) FROM sales.payments WHERE currency = {c:String} "
    "AND toDate(hour) = {day:Date} GROUP BY method, status ORDER BY method, status",
    "hours": "SELECT toHour(hour), sum(net) FROM sales.revenue WHERE currency = {c:String} "
    "AND toDate(hour) = {day:Date} GROUP BY 1 ORDER BY 1",
}


@dataclass(frozen=True)
class Data:
    """rows by the query's name. trust: per source how far it is and what the newest comparison said."""

    day: date
    currency: str
    rows: dict[str, list[tuple[Any, ...]]]
    trust: list[tuple[Any, ...]]
    batch: tuple[Any, ...] | None


def read(client: Client, day: date, days: int = 30) -> list[Data]:
    """One for each currency in which something was sold in the days up to the day."""
    since = day - timedelta(days=days - 1)
    currencies = client.query(
        "SELECT DISTINCT currency FROM sales.daily WHERE day BETWEEN {since:Date} AND {day:Date} ORDER BY currency",
        parameters={"since": since, "day": day},
    ).result_rows
    trust = client.query(
        "SELECT t.source, t.commit_time, t.lag_seconds, min(r.compared_at), sum(r.differ) FROM ops.tidemark AS t "
        "LEFT JOIN ops.reconciled AS r ON r.source = t.source AND r.kind = 'table' GROUP BY 1, 2, 3 ORDER BY 1"
    ).result_rows
    batch = client.query(
        "SELECT argMax(state, started_at), max(started_at) FROM ops.reconciliation FINAL WHERE kind = 'batch' "
        "HAVING count() > 0"
    ).result_rows
    return [
        Data(day, c, {n: client.query(q, parameters={"c": c, "day": day, "since": since}).result_rows
                      for n, q in QUERIES.items()}, trust, batch[0] if batch else None)
        for (c,) in currencies
    ]  # fmt: skip
