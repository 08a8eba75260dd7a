"""A real Airflow on this machine: api-server, scheduler, dag-processor and triggerer, on loopback only."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tidemark_dags.errors import LateError
from tidemark_dags.orchestrate.site import Site
from tidemark_dags.settings import REPOSITORY, env

PARTS = {
    "api-server": ["api-server", "--host", "127.0.0.1", "--workers", "1"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
READY = 600  # seconds for all parts to answer
GRACE = 15  # seconds to stop


class Local(Site):
    """Its parts, as processes of this one."""

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
