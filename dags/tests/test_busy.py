"""Ten comparisons of every table and aggregate while both sources are written to a lot: minutes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from clickhouse_connect.driver.client import Client
from documents import Documents
from rows import Rows

from tidemark_dags.reconcile import run as comparison
from tidemark_dags.settings import REPOSITORY, Settings

pytestmark = pytest.mark.skipif("TIDEMARK_TEST_LONG" not in os.environ, reason="takes minutes: TIDEMARK_TEST_LONG=1")
RUNS = 10
# Changes a second: the shop's over both sources, and beside it PostgreSQL's and MongoDB's.
SHOP, ROWS, DOCUMENTS = 300, 700, 300
SOURCES = {"pg": ("transactions", "deliveries", "returns"), "mongo": ("orders", "products", "users")}


@contextmanager
def written_to() -> Iterator[None]:
    run = [REPOSITORY / "bin/shop", "run", "--rate", str(SHOP), "--users", "100", "--products", "50"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with Rows(ROWS), Documents(DOCUMENTS), subprocess.Popen(run, **quiet) as process:
        try:
            yield
            assert process.poll() is None, "the shop has ended"
        finally:
            process.terminate()


def arrived(client: Client, source: str) -> tuple[int, float]:
    """Changes of a source that ClickHouse has, and the commit time of the newest, in seconds."""
    counts = " UNION ALL ".join(
        f"SELECT uniqExact(_incarnation, _partition, _offset) AS n, max(_commit_time) AS at FROM raw.{t}"
        for t in SOURCES[source]
    )
    n, at = client.query(f"SELECT sum(n), toFloat64(max(at)) FROM ({counts})").result_rows[0]
    return n, at


def test_ten_comparisons_find_nothing(client: Client, stack: Settings) -> None:
    differed: dict[str, list[str]] = {}
    compared = 0
    with written_to():
        before = {s: arrived(client, s) for s in SOURCES}
        for n in range(RUNS):
            run = f"busy-{os.getpid()}-{n}"
            found = [comparison.table(client, stack, run, s) for s in comparison.plan(client, stack, [])]
            found += [comparison.aggregate(client, stack, run, m) for m in comparison.present(client, stack)]
            compared += len(found)
            bad = [f"{f.table}: {f.keys[:3]}" for f in found if not f.equal]
            print(f"run {n + 1}: {len(found)} compared, {len(bad)} differ, {sum(f.seconds for f in found):.0f} s, "
                  f"{sum(f.rows_source for f in found[:6]):,} rows", flush=True)  # fmt: skip
            if bad:
                differed[run] = bad
        after = {s: arrived(client, s) for s in SOURCES}
    for s in SOURCES:
        changes, seconds = after[s][0] - before[s][0], after[s][1] - before[s][1]
        print(f"{s}: {changes:,} changes in {seconds:.0f} s: {changes / seconds:,.0f} a second")
        assert changes > 0, f"nobody wrote to {s}"
    assert differed == {}
    assert compared == RUNS * (len(comparison.plan(client, stack, [])) + len(comparison.present(client, stack)))
