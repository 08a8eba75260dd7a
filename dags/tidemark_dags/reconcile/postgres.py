"""The PostgreSQL side: everything is computed in the database, within one exported snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from tidemark_dags.canonical import postgres as pg
from tidemark_dags.reconcile.scope import Scope, Shape
from tidemark_dags.reconcile.sums import Buckets, add
from tidemark_dags.source import chunks
from tidemark_dags.source.export import Export


@dataclass(frozen=True)
class Side:
    """A table as a snapshot shows it. blocks: of a chunk. sessions: that read at a time."""

    snapshot: Export
    shape: Shape
    scope: Scope
    blocks: int
    sessions: int

    @property
    def key_text(self) -> str:
        return pg.row(self.shape.keys)

    @property
    def checksum(self) -> str:
        return pg.checksum(pg.row(self.shape.columns))

    @property
    def bucket(self) -> str:
        return pg.bucket(self.key_text, self.scope.buckets)

    def _bounds(self) -> str:
        first = pg.ident(self.shape.contract.key[0])
        terms = [f" AND {first} >= {pg.literal(self.scope.low)}"] if self.scope.low else []
        if self.scope.high:
            terms.append(f" AND {first} <= {pg.literal(self.scope.high)}")
        if self.scope.parts > 1:
            terms.append(f" AND {self.bucket} % {self.scope.parts} = {self.scope.part}")
        return "".join(terms)

    def _each(self, select: str, more: str = "", group: str = ""):  # noqa: ANN202 - rows of any columns
        contract = self.shape.contract
        statements = chunks.over(
            self.snapshot, contract.namespace, contract.table, self.blocks,
            lambda of: f"SELECT {select} {of}{self._bounds()}{more} {group}",
        )  # fmt: skip
        for rows in chunks.each(self.snapshot, statements, self.sessions):
            yield from rows

    def buckets(self) -> Buckets:
        """Rows and checksums of every bucket."""
        out: Buckets = {}
        for bucket, rows, total in self._each(
            f"{self.bucket}, count(*), sum({self.checksum})::text", group="GROUP BY 1"
        ):
            add(out, bucket, rows, int(total))
        return out

    def keyed(self, wanted: list[int]) -> dict[str, int]:
        """The checksum of every row in the wanted buckets, by the key's text."""
        some = ", ".join(map(str, wanted))
        found = self._each(f"{self.key_text}, {self.checksum}", f" AND {self.bucket} IN ({some})")
        return dict(found)

    def texts(self, keys: list[str]) -> dict[str, list[str]]:
        """The text of every column of the rows with these keys, by the key's text."""
        columns = ", ".join(pg.value(pg.ident(n), source, target) for n, source, target in self.shape.columns)
        listed = ", ".join(pg.literal(k) for k in keys)
        return {
            k: list(texts)
            for k, *texts in self._each(f"{self.key_text}, {columns}", f" AND {self.key_text} IN ({listed})")
        }

    def key_values(self, keys: list[str]) -> dict[str, list[str]]:
        """The key's values as PostgreSQL prints them, by the key's text."""
        columns = ", ".join(f"{pg.ident(k)}::text" for k in self.shape.contract.key)
        listed = ", ".join(pg.literal(k) for k in keys)
        return {
            k: list(v) for k, *v in self._each(f"{self.key_text}, {columns}", f" AND {self.key_text} IN ({listed})")
        }
