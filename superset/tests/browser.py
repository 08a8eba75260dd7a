"""A viewer: Chromium, logged in to Superset."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Error, Page, Response, Route, sync_playwright

URL = os.environ.get("TIDEMARK_SUPERSET_URL", "")
PASSWORDS = {name: os.environ.get(f"TIDEMARK_SUPERSET_{name.upper()}_PASSWORD", "") for name in ("admin", "analyst")}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# A chart, or what is shown in its place.
DRAWN = (
    ", ".join(f".slice_container {what}" for what in ("canvas", "table", ".header-line", ".ant-empty")) + ", .ant-alert"
)
PATIENCE = (
    int(os.environ.get("TIDEMARK_TEST_PATIENCE", "120")) * 1000
)  # ms; a limit for a machine under load, no expectation


@dataclass
class Viewer:
    """A page and what went wrong on it so far."""

    page: Page
    answers: list[tuple[dict, list[dict]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route("**/api/v1/chart/data**", self._keep)
        self.page.on("response", self._look)
        self.page.on("pageerror", lambda e: self.faults.append(f"error in the page: {e}"))

    def _keep(self, route: Route) -> None:
        """Keep what is asked and answered on its way: Chromium forgets an answer once the page has read it."""
        try:
            response = route.fetch(timeout=PATIENCE)
            if response.ok:
                self.answers.append((route.request.post_data_json, response.json()["result"]))
            route.fulfill(response=response)
        except Error as e:  # the page has gone on and asks no more
            if "closed" not in str(e) and "disposed" not in str(e):
                self.faults.append(f"{route.request.url}: {e}")

    def _look(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.status} {response.request.method} {response.url}")

    def open(self, slug: str) -> None:
        """Open a dashboard and wait until every chart of it is drawn, those further down included."""
        self.page.goto(f"{URL}/superset/dashboard/{slug}/", wait_until="domcontentloaded")
        self.settle()

    def settle(self) -> None:
        """Wait until no chart is loading; charts load when they are scrolled to."""
        self.page.wait_for_selector(".chart-slice", timeout=PATIENCE)
        for chart in self.page.locator(".chart-slice").all():
            chart.scroll_into_view_if_needed(timeout=PATIENCE)
            chart.locator(DRAWN).first.wait_for(timeout=PATIENCE)
        self.page.locator(".chart-slice").first.scroll_into_view_if_needed()

    def wait_for(self, what: str, condition: Callable[[], object]) -> None:
        """Wait with the page at work. Under a sleep nothing of it runs, not even its answers come through."""
        end = time.monotonic() + PATIENCE / 1000
        while not condition():
            assert time.monotonic() < end, f"not seen after {PATIENCE / 1000:.0f} s: {what}"
            self.page.wait_for_timeout(100)

    def alarms(self) -> list[str]:
        """Give the charts that show an error or a warning sign, by their title."""
        return self.page.eval_on_selector_all(
            ".dashboard-component-chart-holder",
            "els => els.filter(e => e.querySelector('.ant-alert, [role=alert], .superset-legacy-chart-error,"
            " [data-test=error-alert], .anticon-warning, .anticon-exclamation-circle'))"
            ".map(e => e.innerText.slice(0, 300))",
        )


@contextmanager
def viewer(user: str, width: int = 1366, height: int = 768) -> Iterator[Viewer]:
    """Log in with a browser of its own; a laptop's screen unless told otherwise."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert program, "no chromium: apt-get install chromium"
    with sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=program, args=ARGUMENTS)
        page = chromium.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{URL}/login/", wait_until="domcontentloaded")
        page.fill("input[name=username], #username", user)
        page.fill("input[name=password], #password", PASSWORDS[user])
        page.click("button[type=submit], input[type=submit]")
        page.wait_for_url(lambda url: "/login" not in url, wait_until="domcontentloaded")
        yield Viewer(page)
        chromium.close()
