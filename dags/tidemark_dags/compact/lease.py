"""One compaction at a time, whoever started it."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from tidemark_dags.clickhouse import text
from tidemark_dags.errors import BusyError

TABLE = "ops.compaction_lease"
SECONDS = 120.0  # after which the lease of a run that was killed is taken over


@contextmanager
def lease(client: Client, seconds: float = SECONDS) -> Iterator[Callable[[], None]]:
    """Holds the lease for a block; BusyError while somebody else does, topics are replayed or aggregates built.

    What it gives raises BusyError once the lease is over: ask before rows are exchanged. A process that stood still for
    longer than the lease finds that a replay, or another compaction, has begun.

    A table can be created once only: that is what makes it a lock. Its comment says until when it is held and is
    renewed meanwhile, so that one whose holder was killed is taken over soon. A replay, or a build of aggregates, says
    that it is at work and then looks for the lease; here the lease comes first and then the look for them, so that one
    of the two sees the other.
    """
    me = f"{socket.gethostname()}/{os.getpid()}/{os.urandom(4).hex()}"
    _drop_if_over(client)
    try:
        client.command(f"CREATE TABLE {TABLE} (held UInt8) ENGINE = Memory COMMENT {text(_held(me, seconds))}")
    except DatabaseError as e:
        if "TABLE_ALREADY_EXISTS" not in str(e) and "already exists" not in str(e):
            raise
        raise BusyError(f"another compaction is under way: {_comment(client)}") from e
    over = threading.Event()
    renewing = threading.Thread(target=_renew, args=(client, me, seconds, over))
    renewing.start()
    try:
        _refuse_replays(client)
        _refuse_builds(client)
        yield lambda: _refuse_lapsed(client, me)
    finally:
        over.set()
        renewing.join()
        if me in _comment(client):  # else somebody took it over, and it is theirs
            client.command(f"DROP TABLE IF EXISTS {TABLE} SYNC")


def _held(me: str, seconds: float) -> str:
    return json.dumps({"holder": me, "until": time.time() + seconds})


def _renew(client: Client, me: str, seconds: float, over: threading.Event) -> None:
    """A server that does not answer now is asked again; what is done meanwhile fails by itself."""
    while not over.wait(max(1.0, seconds / 4)):
        with suppress(ClickHouseError):
            if _holds(client, me):  # one that is over stays over: others may rely on it
                client.command(f"ALTER TABLE {TABLE} MODIFY COMMENT {text(_held(me, seconds))}")


def _holds(client: Client, me: str) -> bool:
    held = _comment(client)
    return me in held and json.loads(held)["until"] > time.time()


def _refuse_lapsed(client: Client, me: str) -> None:
    if not _holds(client, me):
        raise BusyError("this run stood still for longer than its lease: run it again, it goes on where it was")


def _comment(client: Client) -> str:
    rows = client.query(
        "SELECT comment FROM system.tables WHERE database = 'ops' AND name = 'compaction_lease'"
    ).result_rows
    return rows[0][0] if rows else ""


def _drop_if_over(client: Client) -> None:
    held = _comment(client)
    if held and json.loads(held)["until"] < time.time():
        client.command(f"DROP TABLE IF EXISTS {TABLE} SYNC")


def _refuse_replays(client: Client) -> None:
    """One that exchanges tables holds them until that is gone through with, even if its process has died."""
    replays = client.query(
        "SELECT topic FROM ops.replays FINAL WHERE phase = 'exchanging' OR (phase != 'done' AND lease_until > now64(3))"
    ).result_rows
    if replays:
        raise BusyError(f"topic {replays[0][0]} is being replayed; compact when that is done")


def _refuse_builds(client: Client) -> None:
    """Whoever changes aggregates runs a query of this id for as long: it sums raw up in chunks, by offset."""
    if client.query("SELECT 1 FROM system.processes WHERE query_id = 'tidemark-aggregate-lock'").result_rows:
        raise BusyError("aggregates are being changed; compact when that is done")
