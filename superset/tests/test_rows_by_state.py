"""Row-level security by state: for a user who logs in, and for a page that embeds a dashboard."""

import json
import os

import pytest
import requests
from conftest import CHARTS
from superset_api import URL

import clickhouse


@pytest.fixture(scope="module")
def states(admin) -> dict:
    """The chart of states, its query, and the state that sells most."""
    chart = next(c for c in admin.every("chart") if c["uuid"] == CHARTS["states_now"]["uuid"])
    detail = admin.get(f"chart/{chart['id']}")["result"]
    dataset = next(d for d in admin.every("dataset") if d["table_name"] == "now")
    best = clickhouse.one("SELECT state FROM sales.now GROUP BY state ORDER BY sum(net) DESC LIMIT 1")
    return {
        "id": chart["id"],
        "context": json.loads(detail["query_context"]),
        "dataset": dataset["id"],
        "dashboard": detail["dashboards"][0]["id"],
        "best": best,
    }


def seen(rows: list[dict]) -> set[str]:
    """Give the states of an answer."""
    return {row["state"] for row in rows}


def test_a_rule_hides_the_other_states(admin, analyst, states):
    role = next(r["id"] for r in admin.get("security/roles/?q=(page_size:100)")["result"] if r["name"] == "Analyst")
    rule = admin.call(
        "POST",
        "rowlevelsecurity/",
        json={
            "name": "one state",
            "filter_type": "Regular",
            "tables": [states["dataset"]],
            "roles": [role],
            "clause": f"state = '{states['best']}'",
        },
    ).json()["id"]
    try:
        assert seen(analyst.data(states["context"])) == {states["best"]}
        assert len(seen(admin.data(states["context"]))) > 1
    finally:
        admin.call("DELETE", f"rowlevelsecurity/{rule}")
    assert len(seen(analyst.data(states["context"]))) > 1


@pytest.mark.skipif(os.environ.get("SUPERSET_EMBEDDED") != "1", reason="embedding is off: SUPERSET_EMBEDDED=1")
def test_an_embedded_dashboard_shows_one_state(admin, states):
    embedded = admin.call("POST", f"dashboard/{states['dashboard']}/embedded", json={"allowed_domains": []}).json()[
        "result"
    ]["uuid"]
    token = admin.call(
        "POST",
        "security/guest_token/",
        json={
            "user": {"username": "manager"},
            "resources": [{"type": "dashboard", "id": embedded}],
            "rls": [{"dataset": states["dataset"], "clause": f"state = '{states['best']}'"}],
        },
    ).json()["token"]
    body = {**states["context"], "form_data": {"slice_id": states["id"], "dashboardId": states["dashboard"]}}
    answer = requests.post(f"{URL}/api/v1/chart/data", json=body, headers={"X-GuestToken": token}, timeout=120)
    assert answer.status_code == 200, answer.text[:500]
    assert seen(answer.json()["result"][0]["data"]) == {states["best"]}
    assert requests.get(f"{URL}/api/v1/chart/", timeout=120).status_code == 401, "without a token nobody sees anything"
