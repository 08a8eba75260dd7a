"""What all DAGs have in common."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from airflow.sdk import Asset

from tidemark_dags.orchestrate.alert import failed

LIMIT = 10_000  # rows that a run may repair

TABLES = Asset("tidemark://tables")  # what capture and sink keep up to date
RECONCILED = Asset("tidemark://reconciled")  # every table was compared and is equal
COMPACTED = Asset("tidemark://compacted")
BATCH = Asset("tidemark://sales_batch")
REPORT = Asset("tidemark://report")


def arguments() -> dict[str, Any]:
    """default_args: a task that fails is tried again, and the last failure is told."""
    return {
        "owner": "tidemark",
        "retries": int(os.environ.get("TIDEMARK_DAGS_RETRIES", "1")),
        "retry_delay": timedelta(seconds=float(os.environ.get("TIDEMARK_DAGS_RETRY_DELAY", "60"))),
        "on_failure_callback": failed,
    }
