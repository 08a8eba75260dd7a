"""Every chart shows what SQL says over the current rows."""

import json

import answers
import compare
import pytest
from conftest import CHARTS, recompute

import clickhouse

CHECKS = ("compared", "compacted")  # what nobody compared or compacted has no numbers


@pytest.fixture(scope="module")
def contexts(admin) -> dict[str, dict]:
    """What each chart asks, as Superset has it; other tests may have written since the session began."""
    recompute()
    uuids = {chart["uuid"]: chart["id"] for chart in admin.every("chart")}
    return {
        key: json.loads(admin.get(f"chart/{uuids[chart['uuid']]}")["result"]["query_context"])
        for key, chart in CHARTS.items()
    }


def test_every_chart_has_its_answer_and_says_what_it_counts():
    assert CHARTS.keys() == answers.ANSWERS.keys()
    for key, chart in CHARTS.items():
        assert len(chart["description"] or "") > 40, key


@pytest.mark.parametrize("key", [k for k, a in answers.ANSWERS.items() if "sql" in a])
def test_chart_is_right(admin, contexts, key):
    shown, keys = compare.table(admin.data(contexts[key]), contexts[key])
    assert shown or "empty" in answers.ANSWERS[key], "nothing to compare"
    assert compare.differs(shown, clickhouse.rows(answers.sql(key)), keys, answers.ANSWERS[key].get("top")) == ""


@pytest.mark.parametrize("key", [k for k, a in answers.ANSWERS.items() if "moves" in a])
def test_chart_that_moves_shows_something(admin, contexts, key):
    shown, keys = compare.table(admin.data(contexts[key]), contexts[key])
    assert shown
    if key not in CHECKS:
        assert all(value is not None for value in shown[0][keys:])


@pytest.mark.parametrize("key", ["net_24h", "paid_28d", "late_28d", "states_now", "rate_28d"])
def test_the_currency_filter_is_right(admin, contexts, key):
    """As a dashboard does it: with the filter added to the chart's query."""
    context = contexts[key]
    context["queries"][0]["filters"] = [
        *context["queries"][0].get("filters", []),
        {"col": "currency", "op": "IN", "val": ["USD"]},
    ]
    shown, keys = compare.table(admin.data(context), context)
    wanted = clickhouse.rows(answers.sql(key, "currency = 'USD'"))
    assert compare.differs(shown, wanted, keys) == ""
    assert wanted != clickhouse.rows(answers.sql(key)), "the filter must leave something out"


def test_a_bucket_that_begins_before_the_range_is_not_lost(admin, contexts):
    """Superset labels a bucket as its column, which ClickHouse then filters on: superset_config.py keeps them apart."""
    context = contexts["money_months"]
    middle = "(SELECT toStartOfMonth(min(hour)) + INTERVAL 14 DAY FROM sales.money)"
    since = clickhouse.rows(f"SELECT formatDateTime({middle}, '%Y-%m-%dT00:00:00')")[0][0]
    context["queries"][0]["time_range"] = f"{since} : 2100-01-01T00:00:00"
    context["queries"][0]["filters"] = [
        {"col": "hour", "op": "TEMPORAL_RANGE", "val": f"{since} : 2100-01-01T00:00:00"}
    ]
    shown, _ = compare.table(admin.data(context), context)
    wanted = clickhouse.one(f"SELECT sum(paid) FROM sales.money WHERE hour >= toDateTime({middle}, 'UTC')")
    assert sum(float(v or 0) for _, series, v in shown if series == "paid") == pytest.approx(wanted)
    assert wanted < clickhouse.one("SELECT sum(paid) FROM sales.money"), "the range must leave something out"


def test_totals_are_those_of_the_sources(admin, contexts, sources):
    postgres, mongo = sources
    paid = sum(
        float(row[-1]) for row in compare.table(admin.data(contexts["methods_paid"]), contexts["methods_paid"])[0]
    )
    assert paid == pytest.approx(
        float(postgres("SELECT sum(amount) FROM transactions WHERE kind = 'payment' AND status = 'captured'"))
    )
    assert admin.data(contexts["customers_all"])[0]["customers"] == mongo.users.count_documents({})
