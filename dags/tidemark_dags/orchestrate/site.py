"""Where a local Airflow lives, and what it is told: settings, connections, passwords."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tidemark_dags.settings import REPOSITORY, env

# Who may write everything, and whose right is enough: with the second, Airflow is not given the first.
OWNERS = {
    "TIDEMARK_POSTGRES_URL": "TIDEMARK_RECONCILE_POSTGRES_URL",
    "TIDEMARK_CLICKHOUSE_USER": "TIDEMARK_DAGS_CLICKHOUSE_USER",
    "TIDEMARK_CLICKHOUSE_PASSWORD": "TIDEMARK_DAGS_CLICKHOUSE_PASSWORD",
}


@dataclass(frozen=True)
class Site:
    """home: for the database, logs and password. user admin has the password in home/password."""

    home: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        return _kept(self.home / "password", lambda: secrets.token_urlsafe(12))

    def environment(self) -> dict[str, str]:
        """Airflow's settings and connections, over our own environment."""
        passwords = self.home / "passwords.json"
        passwords.write_text(json.dumps({"admin": self.password}))
        passwords.chmod(0o600)
        key = _kept(self.home / "key", lambda: secrets.token_urlsafe(32))
        settings = {
            "core__dags_folder": str(REPOSITORY / "dags/definitions"),
            "core__load_examples": "False",
            "core__executor": "LocalExecutor",
            "core__parallelism": "4",
            "core__dagbag_import_timeout": "120",
            "dag_processor__dag_file_processor_timeout": "180",
            "core__execution_api_server_url": f"{self.url}/execution/",
            "core__simple_auth_manager_users": "admin:admin",
            "core__simple_auth_manager_passwords_file": str(passwords),
            "database__sql_alchemy_conn": f"sqlite:///{self.home / 'airflow.db'}",
            "api__host": "127.0.0.1",
            "api__port": str(self.port),
            "api__base_url": self.url,
            "api__secret_key": key,
            "api_auth__jwt_secret": key,
            "dag_processor__refresh_interval": "10",
            "scheduler__dag_dir_list_interval": "10",
            "logging__base_log_folder": str(self.home / "logs"),
        }
        mine = {f"AIRFLOW__{name.upper()}": value for name, value in settings.items()}
        paths = os.pathsep.join(filter(None, [str(REPOSITORY / "dags"), os.environ.get("PYTHONPATH")]))
        inherited = {k: v for k, v in os.environ.items() if k not in OWNERS or OWNERS[k] not in os.environ}
        return {**inherited, **mine, **connections(), "AIRFLOW_HOME": str(self.home), "PYTHONPATH": paths}


def connections() -> dict[str, str]:
    """The stack's addresses as Airflow's connections."""
    extras = {
        "tidemark_postgres": {"url": env("TIDEMARK_RECONCILE_POSTGRES_URL", "")},
        "tidemark_mongo": {"url": env("TIDEMARK_RECONCILE_MONGO_URL", env("TIDEMARK_MONGO_URL", ""))},
        "tidemark_kafka": {"url": env("TIDEMARK_KAFKA_BROKERS", "")},
        "tidemark_clickhouse": {
            "http_url": env("TIDEMARK_CLICKHOUSE_HTTP_URL", ""),
            "user": env("TIDEMARK_DAGS_CLICKHOUSE_USER", ""),
            "password": env("TIDEMARK_DAGS_CLICKHOUSE_PASSWORD", ""),
            "read_user": env("TIDEMARK_RECONCILE_CLICKHOUSE_USER", ""),
            "read_password": env("TIDEMARK_RECONCILE_CLICKHOUSE_PASSWORD", ""),
        },
    }
    return {
        f"AIRFLOW_CONN_{name.upper()}": json.dumps({"conn_type": "generic", "extra": extra})
        for name, extra in extras.items()
    }


def _kept(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(make())
    return path.read_text()
