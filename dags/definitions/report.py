"""The daily sales report as an HTML file, from the streaming aggregates."""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import Param, dag, task

from tidemark_dags.orchestrate.defaults import RECONCILED, REPORT, arguments


@dag(
    schedule=[RECONCILED],
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=arguments(),
    tags=["tidemark"],
    doc_md=__doc__,
    params={"day": Param("", type="string", description="2026-01-31; none: the newest day that is over.")},
)
def report() -> None:
    @task(outlets=[REPORT])
    def sales() -> str:
        from tidemark_dags.orchestrate import steps

        return steps.report()

    sales()


report()
