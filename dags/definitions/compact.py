"""Folds old raw history, merges the versions of current rows and drops tombstones, behind what reconcile has passed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, task

from tidemark_dags.orchestrate.defaults import COMPACTED, RECONCILED, arguments


@dag(
    schedule=[RECONCILED],
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=4),
    default_args=arguments(),
    tags=["tidemark"],
    doc_md=__doc__,
    params={
        "tables": Param([], type="array", items={"type": "string"}, description="public.orders; none: all tables."),
        "days": Param(30, type="integer", minimum=0, description="Raw history younger than this is not folded."),
        "gigabytes": Param(50, type="number", description="What may be rewritten in one run."),
        "minutes": Param(60, type="number", description="How long a run may begin new work."),
        "cold": Param("", type="string", description="Volume for folded partitions; none: they stay."),
    },
)
def compact() -> None:
    @task(outlets=[COMPACTED])
    def tables() -> list[dict[str, Any]]:
        from tidemark_dags.orchestrate import steps

        return steps.compact()

    tables()


compact()
