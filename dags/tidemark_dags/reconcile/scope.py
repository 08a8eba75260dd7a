"""What one comparison covers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from clickhouse_connect.driver.client import Client

from tidemark_dags.canonical import clickhouse as ch
from tidemark_dags.clickhouse import ident, types
from tidemark_dags.contracts import Contract
from tidemark_dags.errors import TidemarkError

ROWS_PER_BUCKET = 512
MOST_BUCKETS = 1 << 15


@dataclass(frozen=True)
class Scope:
    """A part of a table: the buckets b with b % parts == part, of keys between low and high (both inclusive).

    low and high are values of the key's first column, as text; empty: no bound. depth: 1 compares buckets, 2 names the
    rows that differ, 3 also their columns.
    """

    table: str
    part: int = 0
    parts: int = 1
    buckets: int = 64
    low: str = ""
    high: str = ""
    depth: int = 3

    def asdict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Shape:
    """The columns of a contract with their types on both sides."""

    contract: Contract
    types: dict[str, str] = field(hash=False)

    @classmethod
    def of(cls, client: Client, contract: Contract) -> Shape:
        found = types(client, "raw", contract.target)
        missing = [c.name for c in contract.columns if c.name not in found]
        if missing:
            raise TidemarkError(f"raw.{contract.target} lacks {', '.join(missing)}: run `sink migrate`")
        return cls(contract, found)

    @property
    def columns(self) -> list[tuple[str, str, str]]:
        """(name, source type, ClickHouse type) of every column."""
        return [(c.name, c.type, self.types[c.name]) for c in self.contract.columns]

    @property
    def keys(self) -> list[tuple[str, str, str]]:
        return [(c.name, c.type, self.types[c.name]) for c in self.contract.keys]

    @property
    def key_text(self) -> str:
        return ch.row(self.keys)

    @property
    def checksum(self) -> str:
        return ch.checksum(ch.row(self.columns))

    def bucket(self, scope: Scope) -> str:
        return ch.bucket(self.key_text, scope.buckets)

    def where(self, scope: Scope) -> str:
        """ClickHouse's condition for the scope's bounds and part."""
        first = self.contract.keys[0].name
        terms = ["1"]
        for bound, sign in ((scope.low, ">="), (scope.high, "<=")):
            if bound:
                value = "'" + bound.replace("\\", "\\\\").replace("'", "\\'") + "'"
                terms.append(f"{ident(first)} {sign} CAST({value}, {_literal(self.types[first])})")
        if scope.parts > 1:
            terms.append(f"{self.bucket(scope)} % {scope.parts} = {scope.part}")
        return " AND ".join(terms)


def _literal(name: str) -> str:
    return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"


def buckets_for(client: Client, contract: Contract) -> int:
    """How many buckets make small ones: a power of two from 64 on."""
    rows = client.query(
        "SELECT sum(rows) FROM system.parts WHERE active AND database = 'current' AND table = {t:String}",
        parameters={"t": contract.target},
    ).result_rows[0][0]
    wanted = 64
    while wanted < MOST_BUCKETS and wanted * ROWS_PER_BUCKET < rows:
        wanted *= 2
    return wanted
