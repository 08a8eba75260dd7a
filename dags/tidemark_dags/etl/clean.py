"""The documented rules for unclean data (docs/aggregates.md), as this side applies them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

NOTHING = Decimal("0.00")
NO_CATEGORY = "(none)"
GIVEN_UP = frozenset({"canceled", "unavailable"})


def category(value: str | None) -> str:
    """A product without a category is never dropped."""
    return NO_CATEGORY if value is None else value


def money(value: Any) -> Decimal:
    """Money of a document (Decimal128) or a row (Decimal), exact."""
    return value.to_decimal() if hasattr(value, "to_decimal") else Decimal(value)


def items(order: dict[str, Any]) -> list[dict[str, Any]]:
    """An order without items counts as an order and is worth nothing."""
    return order.get("items") or []


def outcome(status: str, estimated: datetime, delivered: datetime | None) -> str:
    """Late is what was delivered after the promised time."""
    if status == "lost":
        return "lost"
    if delivered is None:
        return "under way"
    return "late" if delivered > estimated else "on time"


def hours(begin: datetime | None, end: datetime | None) -> int:
    """Full hours of the clock between two times, as a wall clock strikes them; 0 where one is missing."""
    if begin is None or end is None:
        return 0
    return int(end.timestamp() // 3600) - int(begin.timestamp() // 3600)
