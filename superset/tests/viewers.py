"""Many people who look at one dashboard: superset/tests/run viewers [VIEWERS] [SECONDS].

Each asks for every chart of Sales now every ten seconds, as an open page does, not all at once. Prints questions that
were answered, and what ClickHouse was asked and burnt meanwhile. Not a test: it judges nothing. Run it with
SUPERSET_CACHE_SECONDS=0 and without to see what the cache spares.
"""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from conftest import CHARTS, DASHBOARDS
from superset_api import Client

import clickhouse

EVERY = 10.0
BURNT = "SELECT sumIf(value, event = 'Query'), sumIf(value, event = 'OSCPUVirtualTimeMicroseconds') FROM system.events"


def main(viewers: int = 30, seconds: float = 120) -> None:
    """Look, and print what it cost."""
    analyst = Client("analyst")
    parts = DASHBOARDS["sales-now"]["position"].values()
    shown = {part["meta"]["uuid"] for part in parts if isinstance(part, dict) and part.get("type") == "CHART"}
    charts = [c["id"] for c in analyst.every("chart") if c["uuid"] in shown]
    contexts = [json.loads(analyst.get(f"chart/{chart}")["result"]["query_context"]) for chart in charts]
    waits: list[float] = []
    before, begin = clickhouse.rows(BURNT)[0], time.monotonic()
    threads = [
        threading.Thread(target=look, args=(analyst, contexts, n * EVERY / viewers, begin + seconds, waits))
        for n in range(viewers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, after = time.monotonic() - begin, clickhouse.rows(BURNT)[0]
    waits.sort()
    print(f"{viewers} viewers, {took:.0f} s, {len(CHARTS)} charts in the bundle, {len(contexts)} on the dashboard")
    middle = waits[len(waits) // 2]
    print(f"answers {len(waits) / took:.1f}/s, half within {middle:.2f} s, slowest {waits[-1]:.2f} s")
    print(f"ClickHouse: {(after[0] - before[0]) / took:.1f} queries/s, {(after[1] - before[1]) / 1e6 / took:.2f} cores")


def look(client: Client, contexts: list[dict], first: float, end: float, waits: list[float]) -> None:
    """Ask for all charts, then again ten seconds after the last time, until the end."""
    time.sleep(first)
    while (begin := time.monotonic()) < end:
        with ThreadPoolExecutor(6) as connections:  # as many as a browser has
            waits.extend(connections.map(lambda context: ask(client, context), contexts))
        time.sleep(max(0.0, EVERY - (time.monotonic() - begin)))


def ask(client: Client, context: dict) -> float:
    """Ask for a chart as a refresh does: a cached answer will do. Gives how long it took."""
    begin = time.monotonic()
    client.call("POST", "chart/data", json=context)
    return time.monotonic() - begin


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
