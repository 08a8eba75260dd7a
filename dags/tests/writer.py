"""Writes to tables of PostgreSQL beside the shop: to rows of its own, so that the two never wait for one another."""

from __future__ import annotations

import os
import random
import threading
import time

import psycopg
from planted import copy

ROWS = 4000  # of its own in each table
TICK = 0.05  # seconds between two transactions
NUMBERED = "(SELECT 'busy-' || n FROM generate_series(1, %s) AS n)"
MAKE = [
    copy("transactions", "id", "(SELECT gen_random_uuid() FROM generate_series(1, %s))", "kind = 'payment'"),
    copy("deliveries", "order_id", NUMBERED, "order_id NOT LIKE 'busy-%%'"),
]
RETURNS = copy("returns", "number", "unnest(%s::text[])", "number NOT LIKE 'busy-%%'")


class Writer:
    """A context in which rate changes a second are written: updates of two tables, rows of a third that come and go."""

    def __init__(self, rate: int) -> None:
        self.rate, self.written = rate, 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._broke: BaseException | None = None

    def __enter__(self) -> Writer:
        self._connection = psycopg.connect(os.environ["TIDEMARK_POSTGRES_URL"], autocommit=True)
        self._payments, self._parcels = (self._made(sql) for sql in MAKE)
        self._numbers = {f"busy-{n}": False for n in range(ROWS)}
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._connection.close()
        if self._broke is not None:
            raise self._broke

    def _made(self, sql: str) -> list[str]:
        return [r[0] for r in self._connection.execute(sql, (ROWS,)).fetchall()]

    def _run(self) -> None:
        began = time.monotonic()
        try:
            while not self._stop.wait(TICK):
                due = int((time.monotonic() - began) * self.rate) - self.written
                self._write(max(0, min(due, ROWS)))
        except psycopg.Error as e:
            self._broke = e

    def _write(self, n: int) -> None:
        """n changes in one transaction: 2 in 5 of payments, 2 in 5 of parcels, the rest returns."""
        each, rest = n * 2 // 5, n - n * 2 // 5 * 2
        numbers = random.sample(list(self._numbers), rest)
        gone = [k for k in numbers if self._numbers[k]]
        made = [k for k in numbers if not self._numbers[k]]
        with self._connection.transaction():
            run = self._connection.execute
            run("UPDATE transactions SET amount = amount + 0.01, attempt = attempt %% 5 + 1 WHERE id = ANY(%s::uuid[])",
                (random.sample(self._payments, each),))  # fmt: skip
            run("UPDATE deliveries SET cost = cost + 0.01 WHERE order_id = ANY(%s)",
                (random.sample(self._parcels, each),))  # fmt: skip
            run("DELETE FROM returns WHERE number = ANY(%s)", (gone,))
            run(RETURNS, (made,))
        self._numbers.update({k: False for k in gone} | {k: True for k in made})
        self.written += n
