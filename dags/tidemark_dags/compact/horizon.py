"""Behind what compaction has to stay: what reconciliation has found right, and what is still being worked on."""

from __future__ import annotations

from clickhouse_connect.driver.client import Client

from tidemark_dags.contracts import Contract
from tidemark_dags.errors import BusyError


def version(client: Client, contract: Contract) -> int:
    """The position of the newest whole comparison of a table that ended equal; 0 when there is none.

    A newer one that found a difference takes the horizon away: what differs is repaired from history.
    """
    found = client.query(
        """
        SELECT argMax(state, at), argMax(version, at) FROM (
            SELECT run, min(p.started_at) AS at, min(p.version) AS version,
                if(countIf(p.state NOT IN ('equal', 'repaired')) = 0, 'equal', 'differs') AS state
            FROM ops.reconciliation AS p FINAL
            WHERE kind = 'table' AND source = {source:String} AND table = {table:String}
            GROUP BY run)
        """,
        parameters={"source": contract.source, "table": contract.name},
    ).result_rows
    state, position = found[0]
    return position if state == "equal" else 0


def check_quiet(client: Client, contract: Contract) -> None:
    """BusyError while a snapshot of the source is open."""
    open_snapshot = client.query(
        "SELECT NOT argMax(complete, _offset) FROM ops.watermarks WHERE source = {s:String} HAVING count() > 0",
        parameters={"s": contract.source},
    ).result_rows
    if open_snapshot and open_snapshot[0][0]:
        raise BusyError(f"a snapshot of source {contract.source} is open; compact when its tidemark moves again")
