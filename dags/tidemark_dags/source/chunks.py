"""Ranges of a table's blocks, so that no statement reads more than its share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from tidemark_dags.canonical.postgres import ident
from tidemark_dags.source.export import Export

LEAVES = """
SELECT n.nspname, c.relname, pg_relation_size(c.oid) / current_setting('block_size')::int
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.oid IN (
    SELECT relid FROM pg_partition_tree(to_regclass(%s)) UNION SELECT to_regclass(%s))
ORDER BY 1, 2"""


def plan(connection: psycopg.Connection[TupleRow], namespace: str, table: str, blocks: int) -> list[str]:
    """FROM .. WHERE of every range; the last range of a file is open, as the file may grow meanwhile."""
    name = ident(namespace, table)
    ranges = []
    for schema, relation, size in connection.execute(LEAVES, (name, name)).fetchall():
        for start in range(0, max(int(size), 1), blocks):
            where = f"t.ctid >= '({start},0)'::tid"
            if start + blocks < size:
                where += f" AND t.ctid < '({start + blocks},0)'::tid"
            ranges.append(f"FROM ONLY {ident(schema, relation)} AS t WHERE {where}")
    return ranges


def each(snapshot: Export, statements: list[str], sessions: int) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of every statement, read by several sessions at a time."""

    def read(statement: str) -> list[tuple[Any, ...]]:
        with snapshot.session() as connection:
            return connection.execute(statement).fetchall()

    with ThreadPoolExecutor(max_workers=sessions) as pool:
        yield from pool.map(read, statements)


def over(snapshot: Export, namespace: str, table: str, blocks: int, select: Callable[[str], str]) -> list[str]:
    """A statement for every range; select is given FROM .. WHERE and completes it."""
    with snapshot.session() as connection:
        return [select(r) for r in plan(connection, namespace, table, blocks)]
