"""Asks for the rows again that an earlier run of reconcile found to differ, and compares once more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.sdk import Param, dag, task

from tidemark_dags.orchestrate.defaults import LIMIT, TABLES, arguments


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    max_active_runs=1,
    default_args=arguments(),
    tags=["tidemark"],
    doc_md=__doc__,
    params={
        "run": Param("", type="string", description="A run in ops.reconciliation; none: the newest with open rows."),
        "limit": Param(LIMIT, type="integer", description="Above so many rows nothing is repaired."),
    },
)
def repair() -> None:
    @task(outlets=[TABLES])
    def again() -> list[dict[str, Any]]:
        from tidemark_dags.orchestrate import steps

        return steps.repair_run()

    again()


repair()
