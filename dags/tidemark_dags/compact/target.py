"""The table that is compacted, and the expressions over its rows."""

from __future__ import annotations

from dataclasses import dataclass

from clickhouse_connect.driver.client import Client

from tidemark_dags.clickhouse import ident, types
from tidemark_dags.contracts import Contract
from tidemark_dags.errors import TidemarkError

META = ("_sign", "_version", "_op", "_commit_time", "_incarnation", "_partition", "_offset")


@dataclass(frozen=True)
class Target:
    """columns: the contract's, as ClickHouse has them."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]

    @classmethod
    def of(cls, client: Client, contract: Contract) -> Target:
        found = types(client, "raw", contract.target)
        if not found:
            raise TidemarkError(f"raw.{contract.target} is not there: run `sink migrate`")
        return cls(contract.target, contract.key, tuple(c for c in found if c not in META))

    @property
    def raw(self) -> str:
        return ident("raw", self.name)

    @property
    def current(self) -> str:
        return ident("current", self.name)

    @property
    def image(self) -> str:
        """The columns in a list."""
        return ", ".join(map(ident, self.columns))

    @property
    def keys(self) -> str:
        return ", ".join(map(ident, self.key))

    @property
    def hash(self) -> str:
        """Of a row. Not of its columns: the hash of several values, one of which is NULL, is NULL."""
        return f"cityHash64(toString(tuple({self.image})))"

    def net(self, table: str, where: str) -> str:
        """A query for what a table's signed rows add up to: the signs, and the images with their signs."""
        return f"""
            SELECT toString((sum(toInt64(_sign)), sum(toInt128({self.hash}) * _sign),
                sum(toInt128(cityHash64({self.keys})) * _sign))) FROM {table} WHERE {where}"""
