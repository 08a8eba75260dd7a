"""Compares rows key by key."""

from __future__ import annotations

from tidemark_dags.reconcile.current import Newest
from tidemark_dags.reconcile.finding import Difference
from tidemark_dags.reconcile.raw import Keyed


def compare(source: dict[str, int], current: dict[str, Newest], raw: Keyed) -> list[Difference]:
    """What differs at one position. A key that changed after it is judged by the log alone."""
    out = []
    for key in sorted(source.keys() | current.keys() | raw.keys()):
        wanted, newest = source.get(key), current.get(key)
        if newest is None or not newest.late:
            shown = newest.checksum if newest is not None and newest.alive else None
            if shown != wanted:
                out.append(Difference(key, _kind(wanted, shown)))
                continue
        signs, total = raw.get(key, (0, 0))
        if (signs, total) != ((0, 0) if wanted is None else (1, wanted)):
            out.append(Difference(key, "log", "_sign", "0" if wanted is None else "1", str(signs)))
    return out


def _kind(wanted: int | None, shown: int | None) -> str:
    if shown is None:
        return "missing"
    return "extra" if wanted is None else "changed"
