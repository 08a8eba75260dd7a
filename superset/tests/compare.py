"""Charts' answers beside those of SQL."""

import math


def table(data: list[dict], context: dict) -> tuple[list[list], int]:
    """Give a chart's answer as rows, and how many columns of a row are its key.

    A chart over time has a column per series: they become rows.
    """
    query = context["queries"][0]
    keys = [c["label"] if isinstance(c, dict) else c for c in query["columns"]]
    metrics = [m["label"] if isinstance(m, dict) else m for m in query["metrics"]]
    if not any(step and step["operation"] == "pivot" for step in query.get("post_processing") or []):
        return [[row[name] for name in keys + metrics] for row in data], len(keys)
    long = [(row[keys[0]], series, value) for row in data for series, value in row.items() if series != keys[0]]
    if len(keys) == 1 and len(metrics) == 1:
        return [[x, value] for x, _, value in long], 1
    return [[x, *series.removeprefix(metrics[0] + ", ").split(", "), value] for x, series, value in long], max(
        2, len(keys)
    )


def differs(shown: list[list], wanted: list[list], keys: int, top: int | None = None) -> str:
    """Say what differs; an empty text when nothing does. A number that is missing and one that is 0 show the same."""
    if top:
        a, b = (
            sorted((float(r[-1]) for r in shown), reverse=True),
            sorted((float(r[-1]) for r in wanted), reverse=True)[:top],
        )
        return "" if len(a) == len(b) and _close(a, b) else f"{a} is shown, {b} is right"
    left, right = _by_key(shown, keys), _by_key(wanted, keys)
    faults = [
        f"{key}: {left.get(key)} is shown, {right.get(key)} is right"
        for key in {**left, **right}
        if not _close(left.get(key), right.get(key))
    ]
    return "; ".join(sorted(faults)[:5])


def _by_key(rows: list[list], keys: int) -> dict:
    found = {tuple(row[:keys]): [float(v or 0) for v in row[keys:]] for row in rows}
    return {key: numbers for key, numbers in found.items() if any(numbers)}


def _close(a: list[float] | None, b: list[float] | None) -> bool:
    return (
        a is not None
        and b is not None
        and all(math.isclose(x, y, rel_tol=1e-6, abs_tol=1e-6) for x, y in zip(a, b, strict=True))
    )
