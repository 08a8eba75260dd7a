"""Positions in a source's history, as schemas/position writes them."""

from __future__ import annotations

from dataclasses import dataclass

MAX_ORDINAL = (1 << 48) - 1


@dataclass(frozen=True, order=True)
class Position:
    """epoch: 16 bits. commit: 64 bits, a commit LSN or a clusterTime (seconds << 32 | increment). ordinal: 48 bits."""

    epoch: int
    commit: int
    ordinal: int

    @property
    def version(self) -> int:
        """The same as one number, as the _version columns hold it."""
        return self.epoch << 112 | self.commit << 48 | self.ordinal

    @classmethod
    def of(cls, version: int) -> Position:
        return cls(version >> 112, version >> 48 & (1 << 64) - 1, version & MAX_ORDINAL)

    def __str__(self) -> str:
        return f"{self.epoch}/{self.commit}/{self.ordinal}"


def lsn(text: str) -> int:
    """A PostgreSQL log position (16/B374D848) as a number."""
    high, low = text.split("/")
    return int(high, 16) << 32 | int(low, 16)


def version_literal(version: int) -> str:
    """A version for a ClickHouse query: a bare number of that size would be read as a float."""
    high, low = version >> 64, version & (1 << 64) - 1
    return f"bitOr(bitShiftLeft(toUInt128({high}), 64), toUInt128({low}))"
