"""Rows of PostgreSQL, of its own, that are written to beside the shop: the two never wait for each other."""

from __future__ import annotations

import os
import random

import psycopg
from pace import Paced
from planted import copy

ROWS = Paced.most  # in each table
NUMBERED = "(SELECT 'busy-' || n FROM generate_series(1, %s) AS n)"
MAKE = [
    copy("transactions", "id", "(SELECT gen_random_uuid() FROM generate_series(1, %s))", "kind = 'payment'"),
    copy("deliveries", "order_id", NUMBERED, "order_id NOT LIKE 'busy-%%'"),
]
RETURNS = copy("returns", "number", "unnest(%s::text[])", "number NOT LIKE 'busy-%%'")


class Rows(Paced):
    """Updates of two tables, rows of a third that come and go."""

    def begin(self) -> None:
        self._connection = psycopg.connect(os.environ["TIDEMARK_POSTGRES_URL"], autocommit=True)
        self._payments, self._parcels = (self._made(sql) for sql in MAKE)
        self._numbers = {f"busy-{n}": False for n in range(ROWS)}

    def end(self) -> None:
        self._connection.close()

    def _made(self, sql: str) -> list[str]:
        return [r[0] for r in self._connection.execute(sql, (ROWS,)).fetchall()]

    def write(self, n: int) -> None:
        """One transaction: 2 in 5 of payments, 2 in 5 of parcels, the rest returns."""
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
