"""How much a table or a partition occupies."""

from __future__ import annotations

from dataclasses import dataclass

from clickhouse_connect.driver.client import Client


@dataclass(frozen=True)
class Size:
    parts: int
    rows: int
    bytes: int


def of(client: Client, database: str, table: str, partition: str | None = None) -> Size:
    """The active parts of a table, or of one of its partitions by its id."""
    where = "" if partition is None else " AND partition_id = {p:String}"
    row = client.query(
        "SELECT count(), sum(rows), sum(bytes_on_disk) FROM system.parts "
        "WHERE active AND database = {d:String} AND table = {t:String}" + where,
        parameters={"d": database, "t": table, "p": partition or ""},
    ).result_rows[0]
    return Size(*row)


def old(client: Client, table: str, days: int) -> list[str]:
    """The partitions of raw.<table> all of whose rows are older than so many days, by their ids, oldest first.

    Partitions begin on Mondays: one is old when the week after it is.
    """
    rows = client.query(
        "SELECT partition_id FROM system.parts WHERE active AND database = 'raw' AND table = {t:String} "
        "AND toDate(partition) + 7 + {days:UInt32} <= today() GROUP BY partition_id ORDER BY min(toDate(partition))",
        parameters={"t": table, "days": days},
    ).result_rows
    return [r[0] for r in rows]
