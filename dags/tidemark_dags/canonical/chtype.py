"""What of a ClickHouse type decides how its values are printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """base: the type without what wraps it. element: of an array, else None."""

    base: str
    nullable: bool = False
    element: Shape | None = None

    @property
    def textual(self) -> bool:
        return self.base.startswith(("String", "FixedString", "Enum"))


def shape(name: str) -> Shape:
    """Reads Nullable(..), LowCardinality(..) and Array(..) around a type."""
    nullable = False
    while True:
        for wrap in ("Nullable(", "LowCardinality("):
            if name.startswith(wrap):
                nullable = nullable or wrap == "Nullable("
                name = name[len(wrap) : -1]
                break
        else:
            break
    if name.startswith("Array("):
        return Shape("Array", nullable, shape(name[len("Array(") : -1]))
    return Shape(name, nullable)
