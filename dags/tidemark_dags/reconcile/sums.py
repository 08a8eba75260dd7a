"""Rows and checksums per bucket, as one side has them."""

from __future__ import annotations

from dataclasses import dataclass

Buckets = dict[int, "Sum"]


@dataclass
class Sum:
    """rows: how many. total: the sum of their checksums."""

    rows: int = 0
    total: int = 0

    def add(self, rows: int, total: int) -> None:
        self.rows += rows
        self.total += total


def add(buckets: Buckets, bucket: int, rows: int, total: int) -> None:
    if rows or total:
        buckets.setdefault(bucket, Sum()).add(rows, total)


def differing(*sides: Buckets) -> list[int]:
    """The buckets in which not all sides have the same, sorted."""
    first, nothing = sides[0], Sum()
    return sorted(
        b for b in set().union(*sides) if any(side.get(b, nothing) != first.get(b, nothing) for side in sides[1:])
    )


def rows(buckets: Buckets) -> int:
    return sum(s.rows for s in buckets.values())
