"""What is computed: a table of sales_batch and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """grain is beside the day. streaming: the view in sales; day: its day, as an expression."""

    name: str
    grain: tuple[str, ...]
    measures: tuple[str, ...]
    day: str = "day"

    @property
    def columns(self) -> list[str]:
        return ["day", *self.grain, *self.measures]


SUBJECTS = (
    Subject("daily", ("currency",), ("orders", "items", "gross", "refunded", "canceled", "net")),
    Subject("products", ("category", "product_id", "currency"), ("items", "gross", "refunded")),
    Subject("cash", ("method", "currency"), ("paid", "refunded", "net"), "toDate(hour)"),
    Subject(
        "payments", ("method", "status", "currency"), ("payments", "amount", "installments", "retries"), "toDate(hour)"
    ),
    Subject("refunds", ("method", "status", "currency"), ("refunds", "amount")),
    Subject("returns", ("reason", "category", "status", "currency"), ("returns", "amount")),
    Subject(
        "deliveries", ("outcome", "carrier", "state", "currency"), ("parcels", "cost", "arrived", "hours_under_way")
    ),
)
