"""Waits for the tidemark without holding a worker. DAG files import this: clients are loaded when they are needed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from airflow.sdk import BaseOperator
from airflow.triggers.base import BaseTrigger, TriggerEvent

from tidemark_dags.errors import LateError

PAUSE = 1.0  # seconds between two looks


class TidemarkTrigger(BaseTrigger):
    """Fires when the tidemark of a source has passed a version, or when the time is over."""

    def __init__(self, source: str, version: str, seconds: float) -> None:
        super().__init__()
        self.source, self.version, self.seconds = source, version, seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        where = f"{type(self).__module__}.{type(self).__qualname__}"
        return where, {"source": self.source, "version": self.version, "seconds": self.seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        until = time.monotonic() + self.seconds
        while time.monotonic() < until:
            if await asyncio.to_thread(self._passed):
                yield TriggerEvent("passed")
                return
            await asyncio.sleep(PAUSE)
        yield TriggerEvent("late")

    def _passed(self) -> bool:
        from tidemark_dags import clickhouse, tidemark
        from tidemark_dags.settings import Settings

        with clickhouse.reader(Settings()) as client:
            return tidemark.passed(client, self.source, int(self.version))


class WaitForTidemark(BaseOperator):
    """reading: {"source", "version"}; without a version there is nothing to wait for."""

    template_fields = ("reading",)

    def __init__(self, *, reading: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reading = reading

    def execute(self, context: Any) -> None:
        if not self.reading.get("version"):
            return
        from tidemark_dags import clickhouse, tidemark
        from tidemark_dags.orchestrate.connections import settings

        configured = settings()
        with clickhouse.reader(configured) as client:
            if tidemark.passed(client, self.reading["source"], int(self.reading["version"])):
                return
        trigger = TidemarkTrigger(self.reading["source"], self.reading["version"], configured.tidemark_timeout)
        self.defer(trigger=trigger, method_name="resume")

    def resume(self, context: Any, event: str) -> None:
        if event != "passed":
            raise LateError(
                f"the tidemark of {self.reading['source']} did not pass in time: SELECT * FROM ops.tidemark"
            )
