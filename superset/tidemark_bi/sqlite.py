"""SQLite as Superset's own database, which is enough for one machine."""

from sqlalchemy import event
from sqlalchemy.engine import Engine


def tune() -> None:
    """Let readers go on while somebody writes, and spare a sync per commit: the 3,000 permissions took minutes."""

    @event.listens_for(Engine, "connect")
    def _tune(connection, _record) -> None:
        if type(connection).__module__.startswith("sqlite3"):
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
