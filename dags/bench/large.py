"""Compares a table of many rows that nobody changes, and says what that moved and how long it took.

A stack of its own, gone at the end: PostgreSQL gets the rows, capture's snapshot and the sink carry them over, then the
command line compares them by way of proxies that count.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError
from proxy import Proxy

from tidemark_dags import clickhouse
from tidemark_dags.settings import REPOSITORY, Settings

ROWS = int(os.environ.get("ROWS", "20000000"))
CONTRACTS = Path(__file__).parent / "contracts"
CHUNK = 1_000_000
TABLE = """CREATE TABLE readings (id bigint PRIMARY KEY, device uuid NOT NULL, kind text NOT NULL,
    amount numeric(12, 2) NOT NULL, note text, taken_at timestamptz NOT NULL)"""
FILL = """INSERT INTO readings SELECT n, md5((n %% 5000)::text)::uuid, 'kind ' || n %% 20,
    (n * 7919 %% 1000000) / 100.0, CASE WHEN n %% 3 = 0 THEN 'note ' || n END,
    '2026-01-01'::timestamptz + n * interval '100 milliseconds'
    FROM generate_series(%s::bigint, %s::bigint) AS n"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="tidemark-large-") as folder:
        os.chmod(folder, 0o755)  # the account of the PostgreSQL server goes through it
        local = [REPOSITORY / "bin/local", "--dir", f"{folder}/stack", "--ports", "auto"]
        try:
            measure(local)
        finally:
            subprocess.run([*local, "wipe"], stdout=subprocess.DEVNULL)


def measure(local: list[str | Path]) -> None:
    up(local, "postgres")
    fill(os.environ["TIDEMARK_POSTGRES_URL"])
    began = time.monotonic()
    up(local, "capture,sink")
    os.environ["TIDEMARK_CONTRACTS"] = str(CONTRACTS)
    with clickhouse.connect(Settings()) as client:
        arrive(client)
        say(f"{ROWS:,} rows carried over by a snapshot in {time.monotonic() - began:.0f} s")
        reconcile(client)


def up(local: list[str | Path], parts: str) -> None:
    subprocess.run([*local, "up", "--contracts", CONTRACTS, "--only", parts], check=True, stdout=subprocess.DEVNULL)
    for line in subprocess.run([*local, "env"], check=True, capture_output=True, text=True).stdout.splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        os.environ[name] = value.strip("'\"")


def fill(url: str) -> None:
    began = time.monotonic()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLE)
        for first in range(1, ROWS + 1, CHUNK):
            connection.execute(FILL, (first, min(first + CHUNK - 1, ROWS)))
        connection.execute("VACUUM (ANALYZE) readings")
        size = connection.execute("SELECT pg_size_pretty(pg_relation_size('readings'))").fetchone()
    say(f"{ROWS:,} rows, {size and size[0]}, in PostgreSQL after {time.monotonic() - began:.0f} s")


def arrive(client: Client) -> None:
    """Until the sink has brought every row."""
    shown = 0
    while shown < ROWS:
        time.sleep(5)
        with suppress(DatabaseError):  # the table is made when the sink starts
            shown = client.query("SELECT count() FROM raw.readings").result_rows[0][0]


def reconcile(client: Client) -> None:
    """One comparison; both servers are reached through proxies."""
    postgres = urlsplit(os.environ["TIDEMARK_RECONCILE_POSTGRES_URL"])
    store = urlsplit(os.environ["TIDEMARK_CLICKHOUSE_HTTP_URL"])
    one, two = Proxy(int(postgres.port or 0)), Proxy(int(store.port or 0))
    environment = {
        **os.environ,
        "TIDEMARK_RECONCILE_POSTGRES_URL": postgres.geturl().replace(f"127.0.0.1:{postgres.port}", one.address),
        "TIDEMARK_CLICKHOUSE_HTTP_URL": f"http://{two.address}",
    }
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tidemark_dags", "reconcile", "readings", "--run", "large", "--json"],
        env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    say(f"compared in {time.monotonic() - began:.1f} s, exit code {done.returncode}")
    found = json.loads(done.stdout)
    say(f"rows: source {found['rows_source']:,}, log {found['rows_raw']:,}, current {found['rows_current']:,}; "
        f"differ {found['differ']}, buckets that differ {found['buckets_differ']}")  # fmt: skip
    say(f"bytes to the process: from PostgreSQL {one.received:,}, from ClickHouse {two.received:,}; "
        f"from it {one.sent + two.sent:,}")  # fmt: skip
    passes(client)
    if done.returncode or found["rows_source"] != ROWS or one.received + two.received >= 10_000_000:
        sys.exit("not equal, not all rows, or 10 MB and more")


def passes(client: Client) -> None:
    """How often ClickHouse read its tables for it."""
    owner = {"username": os.environ["TIDEMARK_CLICKHOUSE_USER"], "password": os.environ["TIDEMARK_CLICKHOUSE_PASSWORD"]}
    with clickhouse.as_user({**Settings().clickhouse, **owner}, 600) as admin:
        admin.command("SYSTEM FLUSH LOGS")
    rows = client.query(
        "SELECT arrayStringConcat(tables, ' '), read_rows, query_duration_ms, memory_usage FROM system.query_log "
        "WHERE type = 'QueryFinish' AND user = 'reconcile' AND read_rows >= {n:UInt64} / 2 ORDER BY event_time",
        parameters={"n": ROWS},
    ).result_rows
    for tables, read, milliseconds, memory in rows:
        say(f"ClickHouse read {tables}: {read:,} rows in {milliseconds / 1000:.1f} s, {memory / 1e6:,.0f} MB of memory")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
