"""What people see: a real browser on every dashboard."""

import uuid

import answers
import compare
import pytest
from browser import Viewer, viewer
from conftest import CHARTS, DASHBOARDS

import clickhouse

CURRENCY = "currency = 'BRL'"  # what the dashboards begin with


@pytest.fixture(scope="module")
def looker() -> Viewer:
    """A browser in which the analyst is logged in."""
    with viewer("analyst") as v:
        yield v


@pytest.fixture(scope="module")
def keys(admin) -> dict[int, str]:
    """The names of charts by their numbers in this Superset."""
    names = {chart["uuid"]: key for key, chart in CHARTS.items()}
    return {chart["id"]: names[chart["uuid"]] for chart in admin.every("chart")}


def shown(looker: Viewer, keys: dict[int, str]) -> dict[str, tuple[list[list], int, dict]]:
    """Give what each chart was answered last, as rows, with its query."""
    found = {}
    for asked, answered in looker.answers:
        chart = keys.get(asked["form_data"].get("slice_id"))  # what a filter offers has none
        if chart:
            found[chart] = (*compare.table(answered[0]["data"], asked), asked["queries"][0])
    return found


@pytest.mark.parametrize("slug", DASHBOARDS)
def test_every_chart_is_drawn_and_right(looker, keys, slug):
    looker.answers.clear()
    looker.faults.clear()
    looker.open(slug)
    assert looker.alarms() == []
    assert looker.faults == []
    found = shown(looker, keys)
    wanted = {
        part["meta"]["uuid"]
        for part in DASHBOARDS[slug]["position"].values()
        if isinstance(part, dict) and part.get("type") == "CHART"
    }
    assert {CHARTS[key]["uuid"] for key in found} == wanted
    for key, (rows, width, _) in found.items():
        if "sql" in answers.ANSWERS[key]:
            right = clickhouse.rows(answers.sql(key, CURRENCY))
            assert compare.differs(rows, right, width, answers.ANSWERS[key].get("top")) == "", key


def test_nothing_scrolls_sideways(looker):
    for slug in DASHBOARDS:
        looker.open(slug)
        assert looker.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), slug


def test_a_commit_shows_without_touching_the_page(looker, sources, report):
    """A row and a document; how long it took is reported, not judged: the machine may be busy."""
    postgres, mongo = sources
    looker.open("sales-now")
    order = mongo.orders.find_one(
        {"currency": "BRL", "status": {"$nin": ["canceled", "unavailable"]}, "items.0": {"$exists": True}},
        sort=[("purchased_at", -1)],
    )
    before = {title: tile(looker, title) for title in ("Orders 24h", "Paid in 24h")}
    order["_id"] = uuid.uuid4().hex
    with report("MongoDB to Sales now, s"):
        mongo.orders.insert_one(order)
        looker.wait_for("the order on its tile", lambda: tile(looker, "Orders 24h") != before["Orders 24h"])
    with report("PostgreSQL to Sales now, s"):
        postgres(
            "INSERT INTO transactions SELECT gen_random_uuid(), order_id, NULL, kind, method, status, 54321, "
            "'BRL', 1, 1, "
            "NULL, details, created_at, now() "
            "FROM transactions WHERE kind = 'payment' AND status = 'captured' ORDER BY created_at DESC LIMIT 1"
        )
        looker.wait_for("the payment on its tile", lambda: tile(looker, "Paid in 24h") != before["Paid in 24h"])


def tile(looker: Viewer, title: str) -> str:
    """Give the number of a tile."""
    return chart(looker, title).locator(".header-line").inner_text()


def chart(looker: Viewer, title: str):
    """Give a chart by its title."""
    return looker.page.locator(
        ".dashboard-component-chart-holder", has=looker.page.locator(".header-title", has_text=title)
    ).first


def test_a_filter_changes_what_is_asked(looker, keys):
    looker.open("sales-now")
    looker.answers.clear()
    choose(looker, "NATIVE_FILTER-sales-now-state", "SP")
    looker.wait_for("the filtered answers", lambda: {"net_days", "states_now"} <= filtered(looker, keys, "state"))
    rows, _, _ = shown(looker, keys)["states_now"]
    assert {row[0] for row in rows} == {"SP"}
    wanted = clickhouse.rows(answers.sql("net_days", f"{CURRENCY} AND state = 'SP'"))
    rows, width, _ = shown(looker, keys)["net_days"]
    assert compare.differs(rows, wanted, width) == ""


def choose(looker: Viewer, name: str, value: str) -> None:
    """Choose a value of a filter and apply it."""
    box = looker.page.locator(f"input#{name}")
    box.click()
    box.fill(value)
    looker.page.locator(f".ant-select-item-option[title='{value}']").first.click()
    looker.page.keyboard.press("Escape")
    looker.page.locator("[data-test=filter-bar__apply-button]").first.click()


def filtered(looker: Viewer, keys: dict[int, str], column: str) -> set[str]:
    """Give the charts whose last query has a filter on a column."""
    return {
        key
        for key, (_, _, query) in shown(looker, keys).items()
        if any(f["col"] == column for f in query.get("filters", []))
    }


def test_a_click_on_a_state_filters_the_others(looker, keys):
    looker.open("sales-now")
    looker.answers.clear()
    chart(looker, "Where it sells").locator("tbody td").first.click()
    looker.wait_for(
        "an answer filtered by the state", lambda: {"net_24h", "orders_24h"} <= filtered(looker, keys, "state")
    )
    assert "states_now" not in filtered(looker, keys, "state"), "the chart that was clicked still shows every state"


def test_drilling_down(looker):
    looker.open("deliveries-returns")
    cell = chart(looker, "States compared").locator("tbody td").first
    state = cell.inner_text()
    cell.click(button="right")
    choices = looker.page.locator(".ant-dropdown-menu-submenu-popup").get_by_text(state, exact=False)

    def offered() -> int:
        """Point at the menu's line, again should the page have moved under it."""
        looker.page.locator("[data-test=chart-context-menu]").get_by_text("Drill to detail by", exact=True).hover()
        return choices.count()

    looker.wait_for("what one can drill by", offered)
    choices.first.click()
    detail = looker.page.locator(".ant-modal")
    detail.locator(".virtual-table-cell").first.wait_for()
    assert detail.locator(".ant-alert-error").count() == 0
    arrived = "outcome IN ('late', 'on time')"
    rows = clickhouse.rows(f"SELECT count() FROM sales.parcels WHERE {CURRENCY} AND {arrived} AND state = '{state}'")
    assert f"{int(rows[0][0])} rows" in detail.inner_text()


def test_an_analyst_finds_no_way_to_edit(looker):
    looker.open("sales-now")
    assert looker.page.get_by_role("button", name="Edit dashboard").count() == 0
