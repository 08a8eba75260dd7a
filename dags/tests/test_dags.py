"""Every DAG file loads; every DAG runs to its end in this process."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tidemark_dags.settings import REPOSITORY

NAMES = ["reconcile", "repair", "compact", "etl", "report"]


@pytest.fixture(scope="session")
def bag(airflow_home: Path):  # noqa: ANN201 - Airflow is imported late, after its environment is set
    import os

    from tidemark_dags.orchestrate.local import Local

    for name, value in Local(airflow_home, 1).environment().items():
        os.environ[name] = value
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(REPOSITORY / "dags/definitions"), load_op_links=False)


def test_every_file_loads(bag) -> None:  # noqa: ANN001
    assert bag.import_errors == {}
    assert sorted(bag.dags) == sorted(NAMES)
    for dag in bag.dags.values():
        assert dag.doc_md and all(t.on_failure_callback for t in dag.tasks)
        assert all(t.retry_delay <= timedelta(hours=1) for t in dag.tasks)


@pytest.mark.parametrize("name", NAMES)
def test_every_dag_runs(bag, name: str) -> None:  # noqa: ANN001
    run = bag.dags[name].test()
    assert run.state == "success"
