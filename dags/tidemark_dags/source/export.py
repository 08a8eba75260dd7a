"""A snapshot of a PostgreSQL database whose place in the log is known exactly."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from tidemark_dags.canonical.postgres import literal
from tidemark_dags.position import lsn


@dataclass(frozen=True)
class Export:
    """lsn: the snapshot holds every commit whose record begins below it and no other. name: to take it on."""

    lsn: int
    name: str
    url: str
    statement_timeout: int

    @contextmanager
    def session(self) -> Iterator[psycopg.Connection[TupleRow]]:
        """A connection whose one transaction sees the snapshot, reads only and is bounded in time."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            connection.execute(f"SET TRANSACTION SNAPSHOT {literal(self.name)}")
            connection.execute("SET LOCAL timezone = 'UTC'")
            connection.execute(f"SET LOCAL statement_timeout = '{self.statement_timeout}s'")
            yield connection
            connection.execute("ROLLBACK")


@contextmanager
def export(url: str, statement_timeout: int) -> Iterator[Export]:
    """Makes a temporary logical slot for its snapshot. Slot and snapshot go when the block ends.

    Making the slot waits for the transactions that are running; the server must have a slot to spare
    (max_replication_slots), and the role needs REPLICATION.
    """
    slot = f"tidemark_reconcile_{os.getpid()}_{os.urandom(4).hex()}"
    with psycopg.connect(url, autocommit=True, replication="database") as connection:
        made = connection.execute(
            f"CREATE_REPLICATION_SLOT {slot} TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT"
        ).fetchone()
        assert made is not None
        yield Export(lsn(made[1]), made[2], url, statement_timeout)
