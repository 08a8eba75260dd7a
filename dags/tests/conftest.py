"""Tests run on the servers of `make test-dags`: a new stack with capture, sink and a shop that has sold something."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from history import history  # noqa: F401 - a fixture

from tidemark_dags import clickhouse
from tidemark_dags.settings import REPOSITORY, Settings

ORDERS = os.environ.get("TIDEMARK_TEST_CHANGES", "1500")


@pytest.fixture(scope="session")
def stack() -> Settings:
    """The stack's settings; only ever one that a test may damage."""
    if "TIDEMARK_TEST_CLICKHOUSE_HTTP_URL" not in os.environ:
        pytest.skip("no stack to test on: make test-dags")
    for name, value in os.environ.items():
        if name.startswith("TIDEMARK_TEST_"):
            os.environ[name.replace("TIDEMARK_TEST_", "TIDEMARK_", 1)] = value
    return Settings()


@pytest.fixture(scope="session")
def shop(stack: Settings) -> None:
    """A shop has run on it."""
    subprocess.run(
        [REPOSITORY / "bin/shop", "run", "--rate", "0", "--changes", ORDERS, "--users", "100", "--products", "50"],
        check=True, timeout=300, stdout=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture
def admin(stack: Settings, shop: None) -> Iterator[Client]:
    """Who may plant faults; what is tested runs as the stack's users for it."""
    owner = {"username": os.environ["TIDEMARK_CLICKHOUSE_USER"], "password": os.environ["TIDEMARK_CLICKHOUSE_PASSWORD"]}
    made = clickhouse_connect.get_client(**{**stack.clickhouse, **owner}, autogenerate_session_id=False)
    yield made
    made.close()


@pytest.fixture
def client(stack: Settings, shop: None) -> Iterator[Client]:
    with clickhouse.connect(stack) as made:
        yield made


@pytest.fixture(scope="session")
def airflow_home(stack: Settings, shop: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An Airflow of its own for DAG tests in this process, its database made."""
    from tidemark_dags.orchestrate.local import Local, free_port

    local = Local(tmp_path_factory.mktemp("airflow"), free_port())
    os.environ["TIDEMARK_DAGS_RETRIES"] = "0"
    os.environ["TIDEMARK_REPORTS"] = str(local.home / "reports")
    local.migrate()
    return local.home
