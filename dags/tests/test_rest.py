"""A whole run in a real Airflow, asked for by its REST API."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from tidemark_dags.orchestrate.local import Local, free_port

HANGS = 300  # seconds after which a run is given up


class Api:
    """The calls that a person's script would make."""

    def __init__(self, local: Local) -> None:
        self.url = local.url
        body = {"username": "admin", "password": local.password}
        self.token = self.call("POST", "/auth/token", body)["access_token"]

    def call(self, method: str, path: str, body: dict | None = None) -> dict:
        headers = {"Content-Type": "application/json"}
        if hasattr(self, "token"):
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers, method=method)) as reply:
            return json.load(reply)


def test_reconcile_by_rest(airflow_home: Path, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEMARK_DAGS_RETRIES", "3")  # on a busy machine Airflow's own API answers some tasks too late
    monkeypatch.setenv("TIDEMARK_DAGS_RETRY_DELAY", "1")
    local = Local(airflow_home / "rest", free_port())
    local.migrate()
    with local.running():
        api = Api(local)
        until = time.monotonic() + HANGS
        while not any(d["dag_id"] == "reconcile" for d in api.call("GET", "/api/v2/dags")["dags"]):
            assert time.monotonic() < until, "the DAG is not listed"
            time.sleep(1)
        # A DAG that is switched on begins with its run of the day, over all tables; one runs at a time.
        api.call("PATCH", "/api/v2/dags/reconcile", {"is_paused": False})
        while not (daily := api.call("GET", "/api/v2/dags/reconcile/dagRuns")["dag_runs"]):
            assert time.monotonic() < until, "the run of the day does not begin"
            time.sleep(1)
        assert [ended(api, r["dag_run_id"]) for r in daily] == ["success"]
        asked = {"logical_date": None, "conf": {"tables": ["returns", "products"]}}
        run = api.call("POST", "/api/v2/dags/reconcile/dagRuns", asked)["dag_run_id"]
        assert ended(api, run) == "success"
    rows = client.query(
        "SELECT table, state FROM ops.reconciliation FINAL WHERE run = {run:String} ORDER BY table",
        parameters={"run": run},
    ).result_rows
    assert rows == [("public.returns", "equal"), ("shop.products", "equal")]


def ended(api: Api, run: str) -> str:
    """The state in which a run ends, or is given up."""
    state, until = "queued", time.monotonic() + HANGS
    while state in ("queued", "running") and time.monotonic() < until:
        time.sleep(2)
        state = api.call("GET", f"/api/v2/dags/reconcile/dagRuns/{run}")["state"]
    return state
