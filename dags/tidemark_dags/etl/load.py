"""Puts a day in its place, whole and any number of times."""

from __future__ import annotations

import os
from datetime import date

from clickhouse_connect.driver.client import Client

from tidemark_dags.etl.aggregate import Sums
from tidemark_dags.etl.subject import Subject


def load(client: Client, subject: Subject, day: date, sums: Sums) -> int:
    """Replaces the day's partition; readers see the day before or the day after, never a half."""
    table, side = f"sales_batch.{subject.name}", f"sales_batch.`{subject.name}_{os.urandom(4).hex()}`"
    rows = [[day, *group, *values] for group, values in sorted(sums.items())]
    if not rows:
        client.command(f"ALTER TABLE {table} DROP PARTITION '{day}'")
        return 0
    client.command(f"CREATE TABLE {side} AS {table}")
    try:
        client.insert(side, rows, column_names=subject.columns)
        client.command(f"ALTER TABLE {table} REPLACE PARTITION '{day}' FROM {side}")
    finally:
        client.command(f"DROP TABLE IF EXISTS {side} SYNC")
    return len(rows)
