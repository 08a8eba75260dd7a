"""The batch reference: days from the sources into sales_batch, and their comparison with the streaming sums."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from tidemark_dags import clickhouse
from tidemark_dags.errors import DifferenceError
from tidemark_dags.etl import run as batch
from tidemark_dags.orchestrate.connections import settings
from tidemark_dags.orchestrate.defaults import BATCH, arguments
from tidemark_dags.orchestrate.steps import run_of


@dag(
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=2,
    default_args=arguments(),
    tags=["tidemark"],
    doc_md=__doc__,
    params={
        "first": Param("", type="string", description="First day, 2026-01-31; none: the newest day that is over."),
        "last": Param("", type="string", description="Last day; none: the first."),
    },
)
def etl() -> None:
    @task
    def days() -> list[str]:
        params = get_current_context()["params"]
        with clickhouse.connect(settings()) as client:
            first = date.fromisoformat(params["first"]) if params["first"] else batch.newest(client)
        last = date.fromisoformat(params["last"]) if params["last"] else first
        return [str(d) for d in batch.days(first, last)]

    @task(outlets=[BATCH])
    def load(day: str) -> dict[str, Any]:
        configured = settings()
        with clickhouse.connect(configured) as client:
            found = batch.compare(client, configured, run_of(get_current_context()), date.fromisoformat(day))
        if not found.equal:
            raise DifferenceError(f"{len(found.keys)} groups of {day} differ: SELECT * FROM sales_batch.side_by_side")
        return found.summary()

    load.expand(day=days())


etl()
