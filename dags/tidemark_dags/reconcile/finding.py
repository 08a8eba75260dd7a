"""What a comparison found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Difference:
    """A row that differs, or one of its columns.

    kind: missing (ClickHouse lacks the row), extra (the source lacks it), changed, or log (raw's signed rows do not add
    up to the row). source and clickhouse are canonical texts. values: the key's values, for asking for the row again.
    """

    key: str
    kind: str
    column: str = ""
    source: str = ""
    clickhouse: str = ""
    values: tuple[str, ...] = ()


@dataclass
class Finding:
    """One comparison of one part of a table. seconds: that it took. bytes: about what came to this process."""

    table: str
    target: str
    source: str
    part: int
    version: int
    rows_source: int = 0
    rows_raw: int = 0
    rows_current: int = 0
    buckets_differ: int = 0
    differences: list[Difference] = field(default_factory=list)
    seconds: float = 0.0
    bytes: int = 0

    @property
    def keys(self) -> list[str]:
        """The keys that differ, each once, in order."""
        return list(dict.fromkeys(d.key for d in self.differences))

    @property
    def equal(self) -> bool:
        return not self.buckets_differ and not self.differences

    def summary(self) -> dict[str, Any]:
        """Without the differences: small enough for Airflow's own database."""
        out = asdict(self)
        out.pop("differences")
        out["version"] = str(self.version)
        out["differ"] = len(self.keys)
        return out
