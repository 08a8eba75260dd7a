"""The batch reference: days from the sources into sales_batch, and their comparison with the streaming sums."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.sdk import Param, dag, task

from tidemark_dags.orchestrate.defaults import BATCH, arguments


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
        from tidemark_dags.orchestrate import steps

        return steps.days()

    @task(outlets=[BATCH])
    def load(day: str) -> dict[str, Any]:
        from tidemark_dags.orchestrate import steps

        return steps.load(day)

    load.expand(day=days())


etl()
