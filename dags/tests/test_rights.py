"""Who compares can write nothing, on either side; who the DAGs write as has no right beyond that."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import psycopg
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from tidemark_dags import clickhouse
from tidemark_dags.settings import Settings

WRITES = [
    "INSERT INTO ops.reconciliation (run) VALUES ('x')",
    "INSERT INTO raw.transactions SELECT * FROM raw.transactions LIMIT 1",
    "ALTER TABLE current.transactions DELETE WHERE 0",
    "TRUNCATE TABLE current.transactions",
    "DROP TABLE sales.daily",
    "CREATE TABLE ops.mine (x UInt8) ENGINE = Memory",
]


def _refused(login: AbstractContextManager[Client], statements: list[str]) -> None:
    with login as client:
        for sql in statements:
            with pytest.raises(DatabaseError, match=r"Not enough privileges|readonly mode"):
                client.command(sql)


def test_clickhouse_refuses_who_compares_every_write(stack: Settings, shop: None) -> None:
    with clickhouse.reader(stack) as client:
        assert client.query("SELECT currentUser()").result_rows == [("reconcile",)]
    _refused(clickhouse.reader(stack), WRITES)


def test_clickhouse_refuses_the_dags_what_is_not_theirs(stack: Settings, shop: None) -> None:
    with clickhouse.connect(stack) as client:
        assert client.query("SELECT currentUser()").result_rows == [("dags",)]
    _refused(clickhouse.connect(stack), [
        *WRITES[3:],
        "INSERT INTO current.transactions SELECT * FROM current.transactions LIMIT 1",
        "INSERT INTO ops.applied SELECT * FROM ops.applied LIMIT 1",
        "DROP DATABASE raw",
        "CREATE USER me",
    ])  # fmt: skip


@pytest.mark.parametrize("sql", [
    "UPDATE transactions SET amount = amount + 1", "DELETE FROM returns", "TRUNCATE deliveries", "DROP TABLE returns",
    "INSERT INTO transactions SELECT * FROM transactions LIMIT 1", "CREATE TABLE mine (x int)", "CREATE ROLE me",
    "CREATE PUBLICATION mine FOR TABLE transactions",
])  # fmt: skip
def test_postgresql_refuses_who_compares_every_write(stack: Settings, shop: None, sql: str) -> None:
    with psycopg.connect(stack.postgres_url("pg"), autocommit=True) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("reconcile",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(sql)


def test_what_runs_is_seen_whoever_runs_it(stack: Settings, admin: Client) -> None:
    """The comparison of aggregates asks which inserts are under way: those of other users, too."""
    mine = "SELECT sum(sleepEachRow(1)) FROM numbers(3) SETTINGS max_block_size = 1"
    seen = "SELECT count() FROM system.processes WHERE user = 'tidemark' AND position(query, 'sleepEachRow') > 0"
    with clickhouse.reader(stack) as client, ThreadPoolExecutor() as pool:
        running = pool.submit(admin.command, mine)
        while not (looked := client.query(seen).result_rows[0][0]) and not running.done():
            pass
    assert looked
