"""Airflow's connections in the place of the environment, where they are defined."""

from __future__ import annotations

import os

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError

from tidemark_dags.settings import Settings

URLS = {
    "tidemark_postgres": "TIDEMARK_RECONCILE_POSTGRES_URL",
    "tidemark_mongo": "TIDEMARK_RECONCILE_MONGO_URL",
    "tidemark_kafka": "TIDEMARK_KAFKA_BROKERS",
}
CLICKHOUSE = {
    "http_url": "TIDEMARK_CLICKHOUSE_HTTP_URL",
    "user": "TIDEMARK_DAGS_CLICKHOUSE_USER",
    "password": "TIDEMARK_DAGS_CLICKHOUSE_PASSWORD",
    "read_user": "TIDEMARK_RECONCILE_CLICKHOUSE_USER",
    "read_password": "TIDEMARK_RECONCILE_CLICKHOUSE_PASSWORD",
}


def settings() -> Settings:
    """Settings of a task. Connections win: `extra` of tidemark_postgres, .. holds {"url": ..}."""
    for name, variable in URLS.items():
        found = _extra(name)
        if found.get("url"):
            os.environ[variable] = found["url"]
    found = _extra("tidemark_clickhouse")
    for word, variable in CLICKHOUSE.items():
        if found.get(word):
            os.environ[variable] = found[word]
    return Settings()


def _extra(name: str) -> dict[str, str]:
    try:
        return BaseHook.get_connection(name).extra_dejson
    except (AirflowNotFoundException, AirflowRuntimeError):
        return {}
