"""Where the servers are and how much load is allowed, from the environment (`make env` prints the addresses)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tidemark_dags.errors import UsageError

REPOSITORY = Path(__file__).resolve().parents[2]
Login = dict[str, str | int | bool]  # arguments of clickhouse_connect.get_client


def env(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise UsageError(f'{name} is not set: eval "$(make env)"')
    return value


@dataclass(frozen=True)
class Settings:
    """Every duration is in seconds."""

    contracts: Path = field(default_factory=lambda: Path(env("TIDEMARK_CONTRACTS", str(REPOSITORY / "schemas/shop"))))
    models: Path = field(default_factory=lambda: Path(env("TIDEMARK_MODELS", str(REPOSITORY / "aggregate/models"))))
    statement_timeout: int = field(default_factory=lambda: int(env("TIDEMARK_RECONCILE_STATEMENT_TIMEOUT", "600")))
    chunk_blocks: int = field(default_factory=lambda: int(env("TIDEMARK_RECONCILE_CHUNK_BLOCKS", "65536")))
    sessions: int = field(default_factory=lambda: int(env("TIDEMARK_RECONCILE_SESSIONS", "2")))
    tidemark_timeout: int = field(default_factory=lambda: int(env("TIDEMARK_RECONCILE_TIDEMARK_TIMEOUT", "600")))
    reports: Path = field(default_factory=lambda: Path(env("TIDEMARK_REPORTS", str(REPOSITORY / ".local/reports"))))

    def postgres_url(self, source: str) -> str:
        """A source may have an address of its own: TIDEMARK_POSTGRES_URL_PG for the source pg."""
        return (
            os.environ.get(f"TIDEMARK_RECONCILE_POSTGRES_URL_{source.upper()}")
            or os.environ.get("TIDEMARK_RECONCILE_POSTGRES_URL")
            or env("TIDEMARK_POSTGRES_URL")
        )

    def mongo_url(self, source: str) -> str:
        return (
            os.environ.get(f"TIDEMARK_RECONCILE_MONGO_URL_{source.upper()}")
            or os.environ.get("TIDEMARK_RECONCILE_MONGO_URL")
            or env("TIDEMARK_MONGO_URL")
        )

    @property
    def clickhouse(self) -> Login:
        """As who writes what the DAGs write."""
        return _login("TIDEMARK_DAGS_CLICKHOUSE", "TIDEMARK_CLICKHOUSE")

    @property
    def clickhouse_reader(self) -> Login:
        """As who compares and can write nothing."""
        return _login("TIDEMARK_RECONCILE_CLICKHOUSE", "TIDEMARK_DAGS_CLICKHOUSE", "TIDEMARK_CLICKHOUSE")

    @property
    def brokers(self) -> list[str]:
        return env("TIDEMARK_KAFKA_BROKERS").split(",")


def _login(*prefixes: str) -> Login:
    """Of the first user that is named; the last prefix has to name one."""
    prefix = next((p for p in prefixes if os.environ.get(f"{p}_USER")), prefixes[-1])
    url = urlsplit(env("TIDEMARK_CLICKHOUSE_HTTP_URL"))
    return {
        "host": url.hostname or "127.0.0.1",
        "port": url.port or (8443 if url.scheme == "https" else 8123),
        "secure": url.scheme == "https",
        "username": env(f"{prefix}_USER"),
        "password": env(f"{prefix}_PASSWORD"),
    }
