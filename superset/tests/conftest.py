"""A stack with a shop's changes on it, and Superset beside it: what `make test-superset` starts."""

import os
import subprocess
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from sources import Postgres, mongo
from superset_api import Client

import clickhouse

ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "superset" / "bundle"
CHARTS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted((BUNDLE / "charts").glob("*.yaml"))}
DASHBOARDS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted((BUNDLE / "dashboards").glob("*.yaml"))}


def wait_for(what: str, condition: Callable[[], object], seconds: float = 120):
    """Give what the condition gives once that is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.25)
    raise AssertionError(f"not seen after {seconds:.0f} s: {what}")


@pytest.fixture(scope="session", autouse=True)
def shop() -> None:
    """Let the shop work, unless it did, and wait until all of it is in ClickHouse."""
    if clickhouse.one("SELECT count() FROM shop.orders") < 100:
        shop = [
            os.environ.get("TIDEMARK_BIN", str(ROOT / "bin")) + "/shop",
            "run",
            "--rate",
            "0",
            "--changes",
            os.environ.get("TIDEMARK_TEST_CHANGES", "12000"),
        ]
        subprocess.run([*shop, "--orders-per-hour", "1"], check=True, timeout=600)
    began = time.time() * 1000
    wait_for("a tidemark beyond the shop's last change", lambda: _tidemark() > began, 300)
    recompute()


def recompute() -> None:
    """Have the views that ClickHouse computes every few minutes computed now."""
    for name in [row[0] for row in clickhouse.rows("SELECT concat(database, '.', view) FROM system.view_refreshes")]:
        clickhouse.run(f"SYSTEM REFRESH VIEW {name}")
        clickhouse.run(f"SYSTEM WAIT VIEW {name}")


def _tidemark() -> float:
    return min(
        (row[0] for row in clickhouse.rows("SELECT commit_time FROM ops.tidemark WHERE behind = 0") if row), default=0
    )


@pytest.fixture(scope="session")
def admin() -> Client:
    """Superset's API for who may do everything."""
    return Client("admin")


@pytest.fixture(scope="session")
def analyst() -> Client:
    """Superset's API for who only looks."""
    return Client("analyst")


@pytest.fixture(scope="session")
def sources() -> tuple:
    """The shop's PostgreSQL and its documents."""
    return Postgres(), mongo()


@pytest.fixture(scope="session")
def report(pytestconfig):
    """Print how long something took: a figure for people, never a reason to fail."""

    @contextmanager
    def measure(what: str):
        begin = time.monotonic()
        yield
        with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(f"\n{what}: {time.monotonic() - begin:.1f}")

    return measure
