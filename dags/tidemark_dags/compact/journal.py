"""What was done and how far it came, in ops.compaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from clickhouse_connect.driver.client import Client


@dataclass
class Entry:
    """A line of ops.compaction."""

    run: str
    table: str
    partition: str
    what: str
    step: str = "planned"
    note: str = ""
    side: str = ""
    version: int = 0
    checksum: str = ""
    parts_before: int = 0
    parts_after: int = 0
    rows_before: int = 0
    rows_after: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    final_ms_before: float = 0.0
    final_ms_after: float = 0.0
    seconds: float = 0.0

    def summary(self) -> dict[str, Any]:
        return {**asdict(self), "version": str(self.version)}


def put(client: Client, entry: Entry) -> None:
    names = [f.name for f in fields(Entry)]
    client.insert("compaction", [[getattr(entry, n) for n in names]], database="ops", column_names=names)


def unfinished(client: Client) -> list[Entry]:
    """Folds that were broken off, oldest first."""
    names = [f.name for f in fields(Entry)]
    rows = client.query(
        f"SELECT {', '.join(names)} FROM ops.compaction FINAL WHERE step IN ('planned', 'folded') ORDER BY written_at"
    ).result_rows
    return [Entry(*r) for r in rows]
