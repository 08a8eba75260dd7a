"""Compares every table and aggregate with its source at exact positions; repairs what differs, if asked to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, task, task_group

from tidemark_dags.orchestrate.defaults import LIMIT, RECONCILED, TABLES, arguments
from tidemark_dags.orchestrate.sensor import WaitForTidemark


@dag(
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=4,
    dagrun_timeout=timedelta(hours=6),
    default_args=arguments(),
    tags=["tidemark"],
    doc_md=__doc__,
    params={
        "tables": Param([], type="array", items={"type": "string"}, description="public.orders; none: all tables."),
        "low": Param("", type="string", description="Only keys from this value of the key's first column on."),
        "high": Param("", type="string", description="Only keys up to this value."),
        "parts": Param(1, type="integer", minimum=1, description="Split each PostgreSQL table by key hash."),
        "depth": Param(3, type="integer", minimum=1, maximum=3, description="1: buckets, 2: rows, 3: columns."),
        "repair": Param(True, type="boolean", description="Ask for rows that differ again."),
        "limit": Param(LIMIT, type="integer", description="Above so many rows nothing is repaired."),
    },
)
def reconcile() -> None:
    @task(inlets=[TABLES])
    def plan() -> list[dict[str, Any]]:
        from tidemark_dags.orchestrate import steps

        return steps.plan()

    @task
    def read(scope: dict[str, Any]) -> dict[str, Any]:
        from tidemark_dags.orchestrate import steps

        return steps.read(scope)

    @task
    def compare(reading: dict[str, Any]) -> dict[str, Any]:
        from tidemark_dags.orchestrate import steps

        return steps.compare(reading)

    @task_group
    def part(scope: Any) -> Any:
        reading = read(scope)
        compared = compare(reading)
        WaitForTidemark(task_id="wait", reading=reading) >> compared
        return compared

    @task
    def repair(findings: Any) -> list[dict[str, Any]]:
        from tidemark_dags.orchestrate import steps

        return steps.repair(list(findings))

    @task
    def models() -> list[str]:
        from tidemark_dags.orchestrate import steps

        return steps.models()

    @task(max_active_tis_per_dagrun=2)
    def aggregate(name: str) -> dict[str, Any]:
        from tidemark_dags.orchestrate import steps

        return steps.aggregate(name)

    @task(outlets=[RECONCILED], retries=0, trigger_rule="none_failed")
    def verdict(tables: Any, sums: Any) -> None:
        from tidemark_dags.orchestrate import steps

        steps.verdict([*tables, *(sums or [])])

    tables = repair(part.expand(scope=plan()))
    named = models()
    tables >> named
    verdict(tables, aggregate.expand(name=named))


reconcile()
