"""Adds up one day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from tidemark_dags.etl import clean
from tidemark_dags.etl.extract import Row

Sums = dict[tuple[str, ...], list[Any]]


def _sums(pairs: Iterable[tuple[tuple[str, ...], tuple[Any, ...]]]) -> Sums:
    out: Sums = defaultdict(list)
    for group, values in pairs:
        out[group] = [a + b for a, b in zip(out[group], values, strict=True)] if group in out else list(values)
    return out


def daily(orders: list[Row]) -> Sums:
    return _sums(_daily(o) for o in orders)


def _daily(order: Row) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    items = clean.items(order)
    gross = sum((clean.money(i["price"]) * i["quantity"] for i in items), clean.NOTHING)
    refunded = sum((clean.money(i["refunded"]) for i in items), clean.NOTHING)
    given_up = order["status"] in clean.GIVEN_UP
    canceled = gross - refunded if given_up else clean.NOTHING
    net = clean.NOTHING if given_up else gross - refunded
    # What was given back of an order that was given up counts in refunded and lowers net, as the streaming side has it.
    pieces = sum(i["quantity"] for i in items)
    return (order["currency"],), (1, pieces, gross, refunded, canceled, net)


def products(orders: list[Row]) -> Sums:
    def pairs() -> Iterator[tuple[tuple[str, ...], tuple[Any, ...]]]:
        for order in orders:
            for i in clean.items(order):
                worth = clean.money(i["price"]) * i["quantity"]
                group = (clean.category(i.get("category")), i["product_id"], order["currency"])
                yield group, (i["quantity"], worth, clean.money(i["refunded"]))

    return _sums(pairs())


def cash(transactions: list[Row]) -> Sums:
    def pairs() -> Iterator[tuple[tuple[str, ...], tuple[Any, ...]]]:
        for t in transactions:
            if t["status"] == "captured":
                paid = t["amount"] if t["kind"] == "payment" else clean.NOTHING
                back = t["amount"] if t["kind"] == "refund" else clean.NOTHING
                yield (t["method"], t["currency"]), (paid, back, paid - back)

    return _sums(pairs())


def payments(transactions: list[Row]) -> Sums:
    return _sums(
        ((t["method"], t["status"], t["currency"]), (1, t["amount"], t["installments"], int(t["attempt"] > 1)))
        for t in transactions
        if t["kind"] == "payment"
    )


def refunds(transactions: list[Row]) -> Sums:
    return _sums(
        ((t["method"], t["status"], t["currency"]), (1, t["amount"])) for t in transactions if t["kind"] == "refund"
    )


def returns(rows: list[Row]) -> Sums:
    return _sums(
        ((r["reason"], clean.category(r["category"]), r["status"], r["currency"]), (1, r["amount"])) for r in rows
    )


def deliveries(rows: list[Row]) -> Sums:
    def pairs() -> Iterator[tuple[tuple[str, ...], tuple[int | Decimal, ...]]]:
        for d in rows:
            outcome = clean.outcome(d["status"], d["estimated_at"], d["delivered_at"])
            arrived = int(d["shipped_at"] is not None and d["delivered_at"] is not None)
            hours = clean.hours(d["shipped_at"], d["delivered_at"])
            yield (outcome, d["carrier"], d["state"], d["currency"]), (1, d["cost"], arrived, hours)

    return _sums(pairs())


def everything(orders: list[Row], tables: dict[str, list[Row]]) -> dict[str, Sums]:
    """Every subject's groups, by its name."""
    transactions = tables["transactions"]
    return {
        "daily": daily(orders),
        "products": products(orders),
        "cash": cash(transactions),
        "payments": payments(transactions),
        "refunds": refunds(transactions),
        "returns": returns(tables["returns"]),
        "deliveries": deliveries(tables["deliveries"]),
    }
