"""What the analyst may, and what neither Superset nor ClickHouse lets anybody do who only looks."""

import pytest
from conftest import ROOT

import clickhouse


@pytest.mark.parametrize(
    ("method", "kind", "body"),
    [
        ("PUT", "chart", {"slice_name": "mine"}),
        ("DELETE", "chart", None),
        ("PUT", "dashboard", {"dashboard_title": "mine"}),
        ("DELETE", "dashboard", None),
        ("PUT", "dataset", {"description": "mine"}),
        ("DELETE", "dataset", None),
        ("PUT", "database", {"database_name": "mine"}),
        ("DELETE", "database", None),
    ],
)
def test_an_analyst_changes_nothing(admin, analyst, method, kind, body):
    thing = admin.every(kind)[0]
    assert analyst.call(method, f"{kind}/{thing['id']}", check=False, json=body).status_code in (403, 404, 405)
    assert lasting(admin.every(kind)[0]) == lasting(thing)


def lasting(thing: dict) -> dict:
    """Give what does not change by itself ("3 minutes ago")."""
    return {name: value for name, value in thing.items() if "delta" not in name}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("dashboard", {"dashboard_title": "x"}),
        ("chart", {"slice_name": "x", "datasource_id": 1, "datasource_type": "table"}),
        ("dataset", {"database": 1, "schema": "sales", "table_name": "orders"}),
    ],
)
def test_an_analyst_makes_nothing(analyst, kind, body):
    assert analyst.call("POST", f"{kind}/", check=False, json=body).status_code == 403


def test_an_analyst_sees_every_dashboard_and_chart(admin, analyst):
    for kind in ("dashboard", "chart", "dataset"):
        assert {t["id"] for t in analyst.every(kind)} == {t["id"] for t in admin.every(kind)}


def test_an_analyst_sees_the_schemas_that_are_for_looking(analyst):
    database = analyst.every("database")[0]["id"]
    assert set(analyst.get(f"database/{database}/schemas/")["result"]) == {"ops", "sales", "shop"}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count() FROM raw.orders",
        "SELECT count() FROM sales_state.{state}",
        "SELECT count() FROM current.orders",
        "SELECT * FROM (SELECT name FROM system.users)",
        "INSERT INTO ops.buried (topic) VALUES ('x')",
        "DROP VIEW sales.now",
    ],
)
def test_sql_lab_refuses_what_lies_behind(admin, analyst, sql):
    """The admin's question reaches ClickHouse, which refuses it: Superset's own check is only the first of two."""
    for client in (analyst, admin):
        answer = ask(client, sql.replace("{state}", state()))
        assert answer.status_code >= 400, answer.text[:300]


def test_sql_lab_answers_within_the_schemas(analyst):
    answer = ask(analyst, "SELECT count() AS n FROM sales.daily")
    assert answer.status_code == 200
    assert answer.json()["data"][0]["n"] > 0


def test_every_analysis_query_is_saved_and_answers(analyst):
    saved = {q["label"]: q for q in analyst.every("saved_query")}
    assert len(saved) == len(list((ROOT / "clickhouse" / "queries").glob("*.sql")))
    for query in saved.values():
        answer = ask(analyst, query["sql"])
        assert answer.status_code == 200, f"{query['label']}: {answer.text[:300]}"
        rows = len(clickhouse.rows(query["sql"]))  # its own LIMIT is below the hundred that we ask for
        assert len(answer.json()["data"]) == min(100, rows), query["label"]


def ask(client, sql: str):
    """Ask in SQL Lab and wait for the answer."""
    database = client.every("database")[0]["id"]
    return client.call(
        "POST",
        "sqllab/execute/",
        check=False,
        json={"database_id": database, "sql": sql, "schema": "sales", "runAsync": False, "queryLimit": 100},
    )


def state() -> str:
    """Name a table of sales_state: a name that is not there would be refused for that."""
    return clickhouse.one("SELECT name FROM system.tables WHERE database = 'sales_state' ORDER BY name LIMIT 1")


def test_clickhouse_refuses_the_user_of_superset_what_lies_behind():
    for name in ("raw.orders", "current.orders", f"sales_state.{state()}", "system.users"):
        with pytest.raises(clickhouse.RefusedError, match="ACCESS_DENIED|Not enough privileges"):
            clickhouse.rows(f"SELECT count() FROM {name}", "bi")
    assert clickhouse.rows("SELECT count() FROM system.tables WHERE database = 'raw'", "bi") == [[0]], "nor their names"


@pytest.mark.parametrize("setting", ["max_memory_usage", "max_execution_time", "max_rows_to_read", "max_result_rows"])
@pytest.mark.parametrize("value", [0, 10**12])
def test_limits_are_not_lifted(setting, value):
    with pytest.raises(clickhouse.RefusedError, match="shouldn't be|SETTING_CONSTRAINT"):
        clickhouse.rows("SELECT 1", "bi", **{setting: value})


def test_limits_hold():
    with pytest.raises(clickhouse.RefusedError, match="TOO_MANY_ROWS|Limit for rows"):
        clickhouse.rows("SELECT count() FROM numbers(1000000000) WHERE sipHash64(number) = 1", "bi")
