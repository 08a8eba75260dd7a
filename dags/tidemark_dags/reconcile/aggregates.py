"""The aggregates against their recompute from the rows that were compared with the source.

Both are written while they are compared: a batch reaches raw and, a moment later, each aggregate. So a group that
differs is looked at again. Equal in any look, it is right. It is wrong if it differs in a look during which no batch
was on its way.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clickhouse_connect.driver.client import Client

from tidemark_dags.clickhouse import ident, text
from tidemark_dags.errors import LateError, TidemarkError
from tidemark_dags.reconcile.finding import Difference, Finding
from tidemark_dags.reconcile.models import Model

Group = tuple[Any, ...]
LOOKS = 200
PAUSE = 0.2  # seconds between two looks


@dataclass(frozen=True)
class Off:
    """How far the measures of a group are from the recompute: aggregate less recompute."""

    group: Group
    measures: tuple[Any, ...]


def compare(client: Client, model: Model) -> tuple[Finding, list[Off]]:
    """Every group of one aggregate."""
    began = time.monotonic()
    found = Finding(model.name, model.name, "sales", 0, 0)
    found.rows_current = found.rows_raw = _count(client, f"sales.{ident(model.name)}")
    wrong: list[Off] = []
    open_groups: set[Group] | None = None
    for quiet, offs in _looks(client, model):
        now = {o.group: o for o in offs if open_groups is None or o.group in open_groups}
        open_groups = set(now)
        if quiet:
            wrong = list(now.values())
            break
        if not now:
            break
    else:
        raise LateError(f"sales.{model.name} was written to in each of {LOOKS} looks at it")
    found.rows_source = found.rows_current
    found.differences = [d for o in wrong for d in _differences(model, o)]
    found.seconds = round(time.monotonic() - began, 3)
    return found, wrong


def _looks(client: Client, model: Model) -> Iterator[tuple[bool, list[Off]]]:
    for _ in range(LOOKS):
        before = _stir(client, model)
        offs = look(client, model)
        yield before == _stir(client, model) and not before[0], offs
        time.sleep(PAUSE)


def _stir(client: Client, model: Model) -> tuple[int, list[tuple[Any, ...]]]:
    """How many inserts run into the model's sources, and where these end: the same twice means that nothing moved."""
    like = " OR ".join(f"position(query, {text(s)}) > 0" for s in model.sources)
    running = client.query(
        f"SELECT count() FROM system.processes WHERE query_kind = 'Insert' AND ({like})"
    ).result_rows[0][0]
    ends = []
    for s in model.sources:
        ends += client.query(
            f"SELECT _incarnation, _partition, max(_offset), count() FROM raw.{ident(s)} GROUP BY 1, 2 ORDER BY 1, 2"
        ).result_rows
    return running, ends


def look(client: Client, model: Model) -> list[Off]:
    """The groups that differ in one reading."""
    grain = ", ".join(f"u.{ident(g)}" for g in model.grain)
    held = ", ".join(f"v.{ident(c)} AS {ident(c)}" for c in (*model.grain, *model.measures))
    again = ", ".join(
        [f"c.{ident(g)} AS {ident(g)}" for g in model.grain] + [f"-c.{ident(m)} AS {ident(m)}" for m in model.measures]
    )
    sums = ", ".join(f"sum(u.{ident(m)})" for m in model.measures)
    off = " OR ".join(f"sum(u.{ident(m)}) != 0" for m in model.measures)
    sql = f"""
        SELECT {grain}, {sums} FROM (
            SELECT {held} FROM sales.{ident(model.name)} AS v
            UNION ALL SELECT {again} FROM ({model.recomputed}) AS c) AS u
        GROUP BY {grain} HAVING {off}"""
    width = len(model.grain)
    return [Off(tuple(r[:width]), tuple(r[width:])) for r in client.query(sql).result_rows]


def _differences(model: Model, off: Off) -> list[Difference]:
    key = "|".join(str(g) for g in off.group)
    return [Difference(key, "sum", m, "0", str(d)) for m, d in zip(model.measures, off.measures, strict=True) if d]


def _count(client: Client, table: str) -> int:
    return client.query(f"SELECT count() FROM {table}").result_rows[0][0]


def correct(client: Client, model: Model, wrong: list[Off], run: str) -> None:
    """Adds to each group what it lacks. A run corrects a group once, however often this is called."""
    rows = [[*o.group, *(-d for d in o.measures)] for o in wrong]
    if rows:
        client.insert(
            state(client, model), rows, database="sales_state", column_names=[*model.grain, *model.measures],
            settings={"insert_deduplication_token": f"correct/{run}/{model.name}"},
        )  # fmt: skip


def state(client: Client, model: Model) -> str:
    """The table in sales_state that the model's view shows, by the view's comment: each building has one of its own."""
    comment = client.query(
        "SELECT comment FROM system.tables WHERE database = 'sales' AND name = {m:String}",
        parameters={"m": model.name},
    ).result_rows[0][0]
    shown = re.search(r"\[sales_state\.(\w+)\]$", comment)
    if shown is None:
        raise TidemarkError(f"sales.{model.name} does not say which table it shows: run `aggregate apply`")
    return shown[1]
