"""Names the columns in which rows differ."""

from __future__ import annotations

from dataclasses import replace

from clickhouse_connect.driver.client import Client

from tidemark_dags.canonical import clickhouse as ch
from tidemark_dags.clickhouse import asked, ident
from tidemark_dags.reconcile.finding import Difference
from tidemark_dags.reconcile.scope import Shape


def texts(client: Client, shape: Shape, keys: list[str]) -> dict[str, list[str]]:
    """The text of every column of the current rows with these keys, by the key's text."""
    columns = ", ".join(ch.value(ident(n), source, target) for n, source, target in shape.columns)
    sql = f"""
        SELECT {shape.key_text}, {columns} FROM {ident("current", shape.contract.target)} FINAL
        WHERE {shape.key_text} IN (SELECT k FROM asked)"""
    return {k: list(t) for k, *t in client.query(sql, external_data=asked("asked", "k", keys)).result_rows}


def key_values(client: Client, shape: Shape, keys: list[str]) -> dict[str, list[str]]:
    """The key's values as ClickHouse prints them, by the key's text, from whichever table knows the key."""
    columns = ", ".join(f"toString({ident(k)})" for k in shape.contract.key)
    out = {}
    for database in ("raw", "current"):
        sql = f"""
            SELECT DISTINCT {shape.key_text}, {columns} FROM {ident(database, shape.contract.target)}
            WHERE {shape.key_text} IN (SELECT k FROM asked)"""
        found = client.query(sql, external_data=asked("asked", "k", keys)).result_rows
        out.update({k: list(v) for k, *v in found})
    return out


def split(difference: Difference, shape: Shape, source: list[str] | None, shown: list[str] | None) -> list[Difference]:
    """One difference per column for a changed row; the others as they are."""
    if difference.kind != "changed" or source is None or shown is None:
        return [difference]
    names = [n for n, _, _ in shape.columns]
    found = [
        replace(difference, column=n, source=a, clickhouse=b)
        for n, a, b in zip(names, source, shown, strict=True)
        if a != b
    ]
    return found or [difference]
