"""One connection to ClickHouse, with bounded load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.external import ExternalData

from tidemark_dags.settings import Login, Settings


def connect(settings: Settings) -> AbstractContextManager[Client]:
    """As who writes findings, sums, batch tables and compacted partitions."""
    return as_user(settings.clickhouse, settings.statement_timeout)


def reader(settings: Settings) -> AbstractContextManager[Client]:
    """As who compares: what goes wrong there can change nothing."""
    return as_user(settings.clickhouse_reader, settings.statement_timeout)


@contextmanager
def as_user(login: Login, timeout: int) -> Iterator[Client]:
    """A client without a session, so that queries may run side by side."""
    client = clickhouse_connect.get_client(
        **login,  # type: ignore[arg-type]
        autogenerate_session_id=False,
        query_limit=0,
        send_receive_timeout=timeout,
    )
    try:
        yield client
    finally:
        client.close()


def ident(*names: str) -> str:
    """A quoted name: `raw`.`orders`."""
    return ".".join("`" + n.replace("\\", "\\\\").replace("`", "\\`") + "`" for n in names)


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def asked(name: str, column: str, values: list[str]) -> ExternalData:
    """A table of one String column that travels with a query, for lists that are too long to stand in its text."""
    escaped = (v.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n") for v in values)
    data = "".join(v + "\n" for v in escaped).encode()
    return ExternalData(file_name=name, data=data, fmt="TSV", structure=f"{column} String")


def types(client: Client, database: str, table: str) -> dict[str, str]:
    """The columns of a table with their types, in order; empty where there is no such table."""
    rows = client.query(
        "SELECT name, type FROM system.columns WHERE database = {d:String} AND table = {t:String} ORDER BY position",
        parameters={"d": database, "t": table},
    ).result_rows
    return dict(rows)
