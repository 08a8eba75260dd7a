"""python killed.py N ARGUMENTS: the command line, killed with -9 after its N-th statement that changes something."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from clickhouse_connect.driver.httpclient import HttpClient

from tidemark_dags.cli import main

left = int(sys.argv.pop(1))


def deadly(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        global left
        out = method(*arguments, **named)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return out

    return call


for name in ("command", "insert"):
    setattr(HttpClient, name, deadly(getattr(HttpClient, name)))
main()
