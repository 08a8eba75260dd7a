"""What each chart costs ClickHouse: rows read and milliseconds, asked as Superset's user: superset/tests/run measure.

Not a test: it judges nothing. Run it on a stack with as much history as is asked about.
"""

import json
import os
import time

import requests
from conftest import CHARTS
from superset_api import Client


def main() -> None:
    """Print a line per chart, the dearest first."""
    admin = Client("admin")
    names = {chart["uuid"]: key for key, chart in CHARTS.items()}
    lines = [cost(names[c["uuid"]], question(admin, c["id"])) for c in admin.every("chart")]
    print(f"{'chart':<20}{'rows read':>12}{'MB':>8}{'ms':>8}   best of three")
    for name, rows, size, seconds in sorted(lines, key=lambda line: -line[3]):
        print(f"{name:<20}{rows:>12,}{size / 1e6:>8.1f}{seconds * 1000:>8.0f}")


def question(admin: Client, chart: int) -> str:
    """Give the SQL that Superset makes of a chart, the first of its queries."""
    context = json.loads(admin.get(f"chart/{chart}")["result"]["query_context"]) | {"result_type": "query"}
    return admin.call("POST", "chart/data", json=context).json()["result"][0]["query"]


def cost(name: str, sql: str) -> tuple[str, int, int, float]:
    """Ask three times; give rows and bytes read, and the shortest time."""
    best = float("inf")
    for _ in range(3):
        begin = time.monotonic()
        answer = requests.post(
            os.environ["TIDEMARK_CLICKHOUSE_HTTP_URL"],
            data=sql.encode(),
            params={"wait_end_of_query": 1},
            auth=("bi", os.environ["TIDEMARK_CLICKHOUSE_BI_PASSWORD"]),
            timeout=300,
        )
        best = min(best, time.monotonic() - begin)
        answer.raise_for_status()
    summary = json.loads(answer.headers["X-ClickHouse-Summary"])
    return name, int(summary["read_rows"]), int(summary["read_bytes"]), best


if __name__ == "__main__":
    main()
