"""The daily sales report as an HTML file, from the streaming aggregates."""

from __future__ import annotations

from datetime import date, datetime

from airflow.sdk import Param, dag, get_current_context, task

from tidemark_dags import clickhouse
from tidemark_dags.etl.run import newest
from tidemark_dags.orchestrate.connections import settings
from tidemark_dags.orchestrate.defaults import RECONCILED, REPORT, arguments
from tidemark_dags.report.render import write


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
        params, configured = get_current_context()["params"], settings()
        with clickhouse.connect(configured) as client:
            day = date.fromisoformat(params["day"]) if params["day"] else newest(client)
            return str(write(client, day, configured.reports))

    sales()


report()
