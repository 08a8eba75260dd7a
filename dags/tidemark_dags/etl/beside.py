"""Streaming and batch side by side."""

from __future__ import annotations

from datetime import date

from clickhouse_connect.driver.client import Client

from tidemark_dags.clickhouse import text
from tidemark_dags.etl.subject import SUBJECTS, Subject

VIEW = "sales_batch.side_by_side"


def make_view(client: Client) -> None:
    """A line per day, aggregate, group and measure, with both sides' values, for the days that batch has loaded."""
    client.command(
        f"CREATE OR REPLACE VIEW {VIEW} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS\n"
        + "\nUNION ALL\n".join(map(_side_by_side, SUBJECTS))
    )


def _side_by_side(s: Subject) -> str:
    group = "concat(" + ", ' | ', ".join(f"toString(u.{g})" for g in s.grain) + ", '')"
    streaming = [f"toDecimal128(v.{m}, 2) AS s{i}, toDecimal128(0, 2) AS b{i}" for i, m in enumerate(s.measures)]
    batch = [f"toDecimal128(0, 2) AS s{i}, toDecimal128(b.{m}, 2) AS b{i}" for i, m in enumerate(s.measures)]
    sums = ", ".join(f"({text(m)}, sum(u.s{i}), sum(u.b{i}))" for i, m in enumerate(s.measures))
    grain = ", ".join(f"v.{g} AS {g}" for g in s.grain)
    day = s.day.replace("hour", "v.hour") if "hour" in s.day else "v.day"
    return f"""SELECT day, {text(s.name)} AS aggregate, grp AS `group`, m.1 AS measure, m.2 AS streaming, m.3 AS batch
    FROM (
    SELECT u.day AS day, {group} AS grp, arrayJoin([{sums}]) AS m FROM (
        SELECT {day} AS day, {grain}, {", ".join(streaming)} FROM sales.{s.name} AS v
        WHERE {day} IN (SELECT d.day FROM sales_batch.days AS d)
        UNION ALL SELECT b.day AS day, {grain.replace("v.", "b.")}, {", ".join(batch)} FROM sales_batch.{s.name} AS b
    ) AS u GROUP BY u.day, {", ".join(f"u.{g}" for g in s.grain)})"""


def differing(client: Client, day: date) -> list[tuple[str, str, str, str, str]]:
    """(aggregate, group, measure, streaming, batch) where the two are not equal to the cent."""
    rows = client.query(
        f"SELECT aggregate, `group`, measure, toString(streaming), toString(batch) FROM {VIEW} "
        "WHERE day = {d:Date} AND streaming != batch ORDER BY 1, 2, 3",
        parameters={"d": day},
    ).result_rows
    return [tuple(r) for r in rows]  # type: ignore[misc]
