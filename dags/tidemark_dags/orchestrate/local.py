"""A real Airflow on this machine: api-server, scheduler, dag-processor and triggerer, on loopback only."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tidemark_dags.errors import LateError
from tidemark_dags.settings import REPOSITORY, env

PARTS = {
    "api-server": ["api-server", "--host", "127.0.0.1", "--workers", "1"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
# Who may write everything, and whose right is enough: with the second, Airflow is not given the first.
OWNERS = {
    "TIDEMARK_POSTGRES_URL": "TIDEMARK_RECONCILE_POSTGRES_URL",
    "TIDEMARK_CLICKHOUSE_USER": "TIDEMARK_DAGS_CLICKHOUSE_USER",
    "TIDEMARK_CLICKHOUSE_PASSWORD": "TIDEMARK_DAGS_CLICKHOUSE_PASSWORD",
}
READY = 600  # seconds for all parts to answer
GRACE = 15  # seconds to stop


@dataclass(frozen=True)
class Local:
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

    def migrate(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "migrate.log").open("a") as log:
            subprocess.run([airflow(), "db", "migrate"], env=self.environment(), stdout=log, stderr=log, check=True)

    @contextlib.contextmanager
    def running(self) -> Iterator[list[subprocess.Popen[bytes]]]:
        """Starts every part and stops it at the end."""
        started = []
        try:
            for name, arguments in PARTS.items():
                log = (self.home / f"{name}.log").open("ab")
                started.append(
                    subprocess.Popen([airflow(), *arguments], env=self.environment(), stdout=log, stderr=log,
                                     start_new_session=True)
                )  # fmt: skip
            self.await_ready(started)
            yield started
        finally:
            _stop(started)

    def await_ready(self, parts: list[subprocess.Popen[bytes]]) -> None:
        until = time.monotonic() + READY
        while time.monotonic() < until:
            if any(p.poll() is not None for p in parts):
                raise LateError(f"a part of Airflow has ended: see the logs in {self.home}")
            if self.healthy():
                return
            time.sleep(1)
        raise LateError(f"Airflow does not answer: see the logs in {self.home}")

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/monitor/health", timeout=5) as reply:
                states = json.load(reply)
        except OSError:
            return False
        return all(states[p]["status"] == "healthy" for p in ("scheduler", "dag_processor", "triggerer"))


def airflow() -> str:
    """The program beside this interpreter."""
    return str(Path(sys.executable).parent / "airflow")


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


def _kept(path: Path, make) -> str:  # noqa: ANN001 - a function without arguments
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(make())
    return path.read_text()


def _stop(parts: list[subprocess.Popen[bytes]]) -> None:
    """Each part has children of its own, in its session."""
    for p in parts:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(p.pid, signal.SIGTERM)
    until = time.monotonic() + GRACE
    for p in parts:
        try:
            p.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(p.pid, signal.SIGKILL)
            p.wait()


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def main() -> None:
    """Runs until it is interrupted."""
    local = Local(
        Path(env("AIRFLOW_HOME", str(REPOSITORY / ".local/airflow"))), int(env("TIDEMARK_AIRFLOW_PORT", "18080"))
    )
    local.migrate()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with local.running():
        print(f"Airflow: {local.url}  user admin, password {local.password}  (Ctrl-C stops it)", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
