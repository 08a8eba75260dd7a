"""Charts as SVG, which stands in the page itself."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib
from matplotlib.figure import Figure

matplotlib.rcParams["svg.fonttype"] = "path"
BLUE, ORANGE, GREY = "#1f5a92", "#d9822b", "#9aa5b1"


def bars(labels: Sequence[Any], values: Sequence[Any], title: str, unit: str) -> str:
    figure, axes = _figure(title, unit)
    axes.bar([str(x) for x in labels], [float(v) for v in values], color=BLUE)
    axes.tick_params(axis="x", rotation=45)
    return _svg(figure)


def days(rows: Sequence[tuple[Any, ...]], unit: str) -> str:
    """Net as a line, what was given back and canceled below it."""
    figure, axes = _figure("Net revenue and what was given back", unit)
    x = [r[0] for r in rows]
    axes.plot(x, [float(r[6]) for r in rows], color=BLUE, marker=".", label="net")
    axes.bar(x, [-float(r[4]) for r in rows], color=ORANGE, label="refunded")
    axes.bar(x, [-float(r[5]) for r in rows], bottom=[-float(r[4]) for r in rows], color=GREY, label="canceled")
    axes.axhline(0, color="black", linewidth=0.5)
    axes.legend(frameon=False)
    figure.autofmt_xdate()
    return _svg(figure)


def _figure(title: str, unit: str):  # noqa: ANN202 - Figure and Axes
    figure = Figure(figsize=(7.5, 3.2), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_ylabel(unit)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()[out.getvalue().index("<svg") :]
