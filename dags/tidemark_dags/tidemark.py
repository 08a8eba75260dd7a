"""The tidemark of a source: everything that it committed up to there is in ClickHouse."""

from __future__ import annotations

import time

from clickhouse_connect.driver.client import Client

from tidemark_dags.errors import LateError, TidemarkError
from tidemark_dags.position import MAX_ORDINAL, Position

PAUSE = 0.3  # seconds between two looks


def read(client: Client, source: str) -> Position | None:
    """Where the tidemark stands; None for a source that has none (yet)."""
    rows = client.query(
        "SELECT version FROM ops.tidemark WHERE source = {s:String}", parameters={"s": source}
    ).result_rows
    return Position.of(rows[0][0]) if rows else None


def position(client: Client, source: str, kind: str, commit: int) -> Position:
    """What a reading of the source at commit contains, in the epoch that the source is in.

    A PostgreSQL snapshot holds the commits below its LSN, a MongoDB read those up to its clusterTime.
    """
    stands = read(client, source)
    if stands is None:
        raise TidemarkError(
            f"source {source} has no tidemark yet: its first snapshot has not arrived (SELECT * FROM ops.tidemark)"
        )
    return Position(stands.epoch, commit, 0 if kind == "postgresql" else MAX_ORDINAL)


def passed(client: Client, source: str, version: int) -> bool:
    """Whether all that a position contains has arrived. A higher epoch has passed every position of a lower one."""
    stands = read(client, source)
    return stands is not None and stands.version >= version


def wait(client: Client, source: str, version: int, seconds: float) -> None:
    """Waits until the tidemark has passed a position; LateError after so many seconds."""
    until = time.monotonic() + seconds
    while not passed(client, source, version):
        if time.monotonic() > until:
            raise LateError(
                f"the tidemark of {source} stands at {read(client, source)} and did not pass {Position.of(version)} "
                f"within {seconds:.0f} s: see SELECT * FROM ops.tidemark and the logs of capture and sink"
            )
        time.sleep(PAUSE)
