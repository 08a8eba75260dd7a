"""PostgreSQL and ClickHouse compute the same checksums over values of every type, and see the smallest change."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from clickhouse_connect.driver.client import Client

from tidemark_dags.canonical import clickhouse as ch
from tidemark_dags.canonical import postgres as pg
from tidemark_dags.settings import Settings

COLUMNS = [
    ("id", "bigint", "Int64"),
    ("t", "text", "LowCardinality(Nullable(String))"),
    ("c", "character(5)", "String"),
    ("amount", "numeric(12,2)", "Nullable(Decimal(12, 2))"),
    ("at", "timestamp with time zone", "Nullable(DateTime64(6, 'UTC'))"),
    ("local", "timestamp", "DateTime64(6, 'UTC')"),
    ("flag", "boolean", "Nullable(Bool)"),
    ("ref", "uuid", "Nullable(UUID)"),
    ("day", "date", "Date32"),
    ("clock", "time", "Int64"),
    ("f8", "double precision", "Float64"),
    ("f4", "real", "Float32"),
    ("raw", "bytea", "String"),
    ("tags", "text[]", "Array(Nullable(String))"),
]
VALUES = [
    "1, 'Zoë|~', 'ab', 12.50, '2024-02-29T23:59:59.000001Z', '1969-12-31 23:59:59.999999', true, "
    "'018f3c6e-0000-7000-8000-000000000001', '1970-01-02', '12:00:00.000001', 0.1, 1.5, '\\x00ff', "
    "ARRAY['a|,]', NULL, '']",
    "2, NULL, '', NULL, NULL, '2024-01-01', NULL, NULL, '2200-12-31', '00:00', 'NaN', '-Infinity', '', ARRAY[]::text[]",
    "3, '', 'abcde', -0.01, '1901-01-01T00:00:00Z', '2024-01-01', false, NULL, '1900-01-01', '23:59:59.999999', "
    "'Infinity', 'NaN', '\\x', ARRAY['x']",
]


@pytest.fixture
def table(stack: Settings) -> Iterator[psycopg.Connection]:
    with psycopg.connect(stack.postgres_url("pg"), autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        definition = ", ".join(f"{name} {source}" for name, source, _ in COLUMNS)
        connection.execute(f"CREATE TEMPORARY TABLE every_type ({definition})")
        for row in VALUES:
            connection.execute(f"INSERT INTO every_type VALUES ({row})")
        yield connection


def _copy(connection: psycopg.Connection, client: Client) -> None:
    """Carries the rows over as the sink would store them, by ways that share nothing with the canonical text."""
    client.command("CREATE DATABASE IF NOT EXISTS dags_test")
    client.command("CREATE OR REPLACE TABLE dags_test.every_type (" +
                   ", ".join(f"{n} {t}" for n, _, t in COLUMNS) + ") ENGINE = Memory")  # fmt: skip
    rows = connection.execute(
        "SELECT id, t, bpcharout(c)::text, amount, at::timestamp AT TIME ZONE 'UTC', local AT TIME ZONE 'UTC', flag, "
        "ref, day, (extract(epoch FROM clock) * 1000000)::bigint, f8, f4, raw, tags FROM every_type"
    ).fetchall()
    client.insert("every_type", rows, database="dags_test", column_names=[n for n, _, _ in COLUMNS])


def test_checksums_agree_for_every_type(table: psycopg.Connection, admin: Client) -> None:
    _copy(table, admin)
    text, bucket = pg.row(COLUMNS), pg.bucket("id::text", 64)
    ours = table.execute(f"SELECT id, {text}, {pg.checksum(text)}, {bucket} FROM every_type ORDER BY id").fetchall()
    text, bucket = ch.row(COLUMNS), ch.bucket("toString(id)", 64)
    theirs = admin.query(
        f"SELECT id, {text}, {ch.checksum(text)}, {bucket} FROM dags_test.every_type ORDER BY id"
    ).result_rows
    assert [tuple(r) for r in ours] == [tuple(r) for r in theirs]


def test_a_cent_shows(table: psycopg.Connection) -> None:
    before = table.execute(f"SELECT sum({pg.checksum(pg.row(COLUMNS))}) FROM every_type").fetchone()
    table.execute("UPDATE every_type SET amount = amount + 0.01 WHERE id = 1")
    after = table.execute(f"SELECT sum({pg.checksum(pg.row(COLUMNS))}) FROM every_type").fetchone()
    assert before != after
