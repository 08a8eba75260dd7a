"""Rows of a source that only a test knows of, so that the shop mends nothing that is planted in them."""

from __future__ import annotations

import os
import time

import psycopg
from bson import ObjectId
from clickhouse_connect.driver.client import Client
from pymongo import MongoClient


def copy(table: str, key: str, keys: str, like: str) -> str:
    """A statement that copies the first row of PostgreSQL's table that like lets through, once under each of keys."""
    return f"""INSERT INTO {table}
        SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(t) || jsonb_build_object('{key}', k.it))).*
        FROM {keys} AS k (it), LATERAL (SELECT * FROM {table} WHERE {like} ORDER BY {key} LIMIT 1) AS t
        RETURNING {key}::text"""


COPIES = copy("transactions", "id", "(SELECT gen_random_uuid() FROM generate_series(1, %s))", "kind = 'payment'")


def rows(client: Client, table: str, n: int) -> list[str]:
    """Copies a row of transactions or users n times under new keys and waits until ClickHouse has them."""
    keys = _transactions(n) if table == "transactions" else _users(n)
    _await(client, table, keys, n)
    return keys


def forget(client: Client, user: str) -> None:
    """Deletes a user and waits until ClickHouse has it."""
    with _mongo() as mongo:
        assert mongo.shop.users.delete_one({"_id": ObjectId(user)}).deleted_count == 1
    _await(client, "users", [user], 0)


def unknown(table: str) -> str:
    """A key that the source has never had."""
    return str(ObjectId()) if table == "users" else f"00000000-0000-0000-0000-{os.urandom(6).hex()}"


def _mongo() -> MongoClient:
    return MongoClient(os.environ["TIDEMARK_MONGO_URL"])


def _transactions(n: int) -> list[str]:
    with psycopg.connect(os.environ["TIDEMARK_POSTGRES_URL"], autocommit=True) as connection:
        return [r[0] for r in connection.execute(COPIES, (n,)).fetchall()]


def _users(n: int) -> list[str]:
    with _mongo() as mongo:
        template = mongo.shop.users.find_one({})
        made = mongo.shop.users.insert_many([{**template, "_id": ObjectId()} for _ in range(n)])
    return [str(i) for i in made.inserted_ids]


def _await(client: Client, table: str, keys: list[str], n: int) -> None:
    sql = f"SELECT count() FROM current.{table} FINAL WHERE toString(id) IN {{keys:Array(String)}}"
    until = time.monotonic() + 300
    while client.query(sql, parameters={"keys": keys}).result_rows[0][0] != n:
        assert time.monotonic() < until, f"ClickHouse has not {n} of the planted rows of {table}"
        time.sleep(0.5)
