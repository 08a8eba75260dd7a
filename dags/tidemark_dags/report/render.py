"""The report as one HTML file without anything outside of it."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client
from jinja2 import Environment, FileSystemLoader, select_autoescape

from tidemark_dags.report import chart, data

FIGURES = ("orders", "items", "gross", "refunded", "canceled", "net", "average order")


def write(client: Client, day: date, folder: Path) -> Path:
    """Writes sales-<day>.html and gives its path. Written again it is replaced whole."""
    found = data.read(client, day)
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(["j2"]))
    environment.filters["shown"] = shown
    page = environment.get_template("page.html.j2").render(
        day=day, parts=[_part(d) for d in found], trust=found[0].trust if found else [],
        batch=found[0].batch if found else None, superset=os.environ.get("TIDEMARK_SUPERSET_URL", ""),
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    path, unfinished = folder / f"sales-{day}.html", folder / f".sales-{day}.html"
    unfinished.write_text(page)
    return unfinished.replace(path)


def shown(value: Any) -> str:
    """Numbers with thousands apart, money with two digits."""
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _part(d: data.Data) -> dict[str, Any]:
    today = [r for r in d.rows["daily"] if r[0] == d.day]
    figures = [(n, shown(v)) for n, v in zip(FIGURES, today[0][1:], strict=True) if v is not None] if today else []
    charts = [chart.days(d.rows["daily"], d.currency)]
    if d.rows["hours"]:
        charts.append(chart.bars(*_columns(d.rows["hours"], 0, 1), "Net revenue by hour of the day", d.currency))
    if d.rows["categories"]:
        charts.append(chart.bars(*_columns(d.rows["categories"], 0, 3), "Net revenue by category", d.currency))
    return {"currency": d.currency, "today": figures, "charts": charts, "tables": _tables(d)}


def _columns(rows: list[tuple[Any, ...]], *at: int) -> list[list[Any]]:
    return [[r[i] for r in rows] for i in at]


def _tables(d: data.Data) -> list[dict[str, Any]]:
    return [
        {
            "title": "Categories",
            "words": 1,
            "head": ["category", "items", "gross", "net"],
            "rows": d.rows["categories"],
        },
        {"title": "States", "words": 1, "head": ["state", "items", "net"], "rows": d.rows["states"]},
        {
            "title": "Payments",
            "words": 2,
            "head": ["method", "status", "payments", "amount"],
            "rows": d.rows["payments"],
        },
        {"title": "The last days", "words": 1, "head": ["day", *FIGURES], "rows": d.rows["daily"][-14:][::-1]},
    ]
