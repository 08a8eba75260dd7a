"""Airflow's connections in the place of the environment, where they are defined."""

from __future__ import annotations

import os

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError

from tidemark_dags.settings import Settings

URLS = {
    "tidemark_postgres": "TIDEMARK_POSTGRES_URL",
    "tidemark_mongo": "TIDEMARK_MONGO_URL",
    "tidemark_kafka": "TIDEMARK_KAFKA_BROKERS",
}


def settings() -> Settings:
    """Settings of a task. Connections win: `extra` of tidemark_postgres, .. holds {"url": ..}."""
    for name, variable in URLS.items():
        found = _extra(name)
        if found.get("url"):
            os.environ[variable] = found["url"]
    found = _extra("tidemark_clickhouse")
    for word in ("http_url", "user", "password"):
        if found.get(word):
            os.environ[f"TIDEMARK_CLICKHOUSE_{word.upper()}"] = found[word]
    return Settings()


def _extra(name: str) -> dict[str, str]:
    try:
        return BaseHook.get_connection(name).extra_dejson
    except (AirflowNotFoundException, AirflowRuntimeError):
        return {}
