"""ClickHouse over HTTP, with values as Superset's API gives them."""

import json
import os
from datetime import UTC, datetime

import requests

USERS = {"tidemark": "TIDEMARK_CLICKHOUSE_PASSWORD", "bi": "TIDEMARK_CLICKHOUSE_BI_PASSWORD"}


class RefusedError(Exception):
    """ClickHouse answered with an error."""


def rows(sql: str, user: str = "tidemark", **settings: object) -> list[list]:
    """Give the rows of a SELECT: times as milliseconds since 1970, other numbers as floats. Raises RefusedError."""
    result = json.loads(_ask(sql + " FORMAT JSONCompact", user, settings))
    types = [column["type"] for column in result["meta"]]
    return [[_value(v, t) for v, t in zip(row, types, strict=True)] for row in result["data"]]


def run(sql: str) -> None:
    """Run a statement that gives no rows. Raises RefusedError."""
    _ask(sql, "tidemark", {})


def _ask(sql: str, user: str, settings: dict) -> str:
    answer = requests.post(
        os.environ["TIDEMARK_CLICKHOUSE_HTTP_URL"],
        data=sql.encode(),
        timeout=120,
        params={"output_format_json_quote_64bit_integers": 0, "output_format_json_quote_decimals": 0, **settings},
        auth=(user, os.environ[USERS[user]]),
    )
    if answer.status_code != 200:
        raise RefusedError(answer.text)
    return answer.text


def one(sql: str, **settings: object):
    """Give the only value."""
    return rows(sql, **settings)[0][0]


def _value(value, kind: str):
    if value is not None and "Date" in kind:
        return datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp() * 1000
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
