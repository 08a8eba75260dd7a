"""Reads one day of each source. A day is UTC's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from bson import CodecOptions
from psycopg.rows import dict_row
from pymongo import MongoClient
from pymongo.read_concern import ReadConcern

Row = dict[str, Any]

TRANSACTIONS = """
SELECT kind::text, method::text, status::text, currency, amount, installments, attempt
FROM transactions WHERE created_at >= %(since)s AND created_at < %(until)s"""
RETURNS = """
SELECT reason::text, category, status::text, currency, amount
FROM returns WHERE opened_at >= %(since)s AND opened_at < %(until)s"""
DELIVERIES = """
SELECT status::text, carrier, state, currency, cost, estimated_at, shipped_at, delivered_at
FROM deliveries
WHERE coalesce(delivered_at, estimated_at) >= %(since)s AND coalesce(delivered_at, estimated_at) < %(until)s"""


def bounds(day: date) -> dict[str, datetime]:
    since = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return {"since": since, "until": since + timedelta(days=1)}


def tables(url: str, day: date) -> dict[str, list[Row]]:
    """The day's rows of PostgreSQL's tables, all of one moment."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return {
            name: connection.execute(sql, bounds(day)).fetchall()
            for name, sql in (("transactions", TRANSACTIONS), ("returns", RETURNS), ("deliveries", DELIVERIES))
        }


def orders(url: str, day: date) -> Iterator[Row]:
    """The orders that were placed on the day."""
    of = bounds(day)
    with MongoClient(url, serverSelectionTimeoutMS=10_000) as mongo:
        collection = mongo["shop"].get_collection(
            "orders", codec_options=CodecOptions(tz_aware=True), read_concern=ReadConcern("majority")
        )
        fields = {"status": 1, "currency": 1, "items": 1}
        yield from collection.find({"purchased_at": {"$gte": of["since"], "$lt": of["until"]}}, fields)
