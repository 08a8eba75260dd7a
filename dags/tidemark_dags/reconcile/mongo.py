"""The MongoDB side: documents are hashed here, because the server has no hash that ClickHouse has too.

What a reading shows was written by the time it ended. So the reading has two times: before it (all that had been
written is seen) and after it (nothing later is). Where the server has snapshot reads both are the same.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from tidemark_dags.canonical import document
from tidemark_dags.contracts import Column
from tidemark_dags.reconcile.scope import Scope, Shape
from tidemark_dags.reconcile.sums import Buckets, add
from tidemark_dags.source import clock

Rows = dict[str, int]  # checksums by the key's text
BATCH = 1000
SETTLE = 0.5  # seconds: a server may show the time of a write that is still being committed


@dataclass(frozen=True)
class Reading:
    """rows as they were at some time after since (all of it is seen) and no later than until; clusterTimes."""

    rows: Rows
    since: int
    until: int


@dataclass(frozen=True)
class Side:
    """A collection."""

    mongo: MongoClient
    shape: Shape
    scope: Scope

    def _reader(self) -> tuple[document.Text, document.Text]:
        paths = {c.name: c.path for c in self.shape.contract.columns}
        return (
            document.row([(paths[n], source, target) for n, source, target in self.shape.keys]),
            document.row([(paths[n], source, target) for n, source, target in self.shape.columns]),
        )

    def everything(self) -> Reading:
        """All documents within the scope's bounds."""
        contract = self.shape.contract
        bounds = _bounds(contract.keys[0], self.scope)
        try:
            with self.mongo.start_session(snapshot=True) as session:
                rows = self._rows([bounds], session)
                at = session._snapshot_time  # noqa: SLF001 - pymongo has no public name for atClusterTime
                if at is not None:
                    return Reading(rows, clock.number(at), clock.number(at))
        except PyMongoError as e:
            if not _no_snapshots(e):
                raise
        return self._around([bounds])

    def some(self, keys: list[str]) -> Reading:
        """The documents with these keys' texts."""
        key = self.shape.contract.keys[0]
        ids = [document.identifier(_plain(k), key.type) for k in keys]
        return self._around([{key.path: {"$in": ids[i : i + BATCH]}} for i in range(0, len(ids), BATCH)])

    def _around(self, filters: list[dict]) -> Reading:
        with self.mongo.start_session(causal_consistency=True) as session:
            since = clock.now(self.mongo, session)
            time.sleep(SETTLE)
            rows = self._rows(filters, session)
            time.sleep(SETTLE)
            return Reading(rows, since, clock.now(self.mongo, session))

    def _rows(self, filters: list[dict], session: ClientSession) -> Rows:
        key, text = self._reader()
        return {key(d): document.checksum(text(d)) for f in filters for d in self._documents(f, session)}

    def _documents(self, wanted: dict, session: ClientSession) -> Iterator[dict]:
        collection = clock.collection(self.mongo, self.shape.contract)
        with collection.find(wanted, session=session, batch_size=BATCH) as cursor:
            yield from cursor

    def bucket(self, key: str) -> int:
        return document.bucket(key, self.scope.buckets)

    def buckets(self, rows: Rows) -> Buckets:
        """Rows and checksums of every bucket."""
        out: Buckets = {}
        for key, checksum in rows.items():
            add(out, self.bucket(key), 1, checksum)
        return out

    def texts(self, keys: list[str]) -> dict[str, list[str]]:
        """The text of every column of the documents with these keys, by the key's text."""
        first = self.shape.contract.keys[0]
        paths = {c.name: c.path for c in self.shape.contract.columns}
        readers = [document.column(paths[n], source, target) for n, source, target in self.shape.columns]
        key, _ = self._reader()
        ids = [document.identifier(_plain(k), first.type) for k in keys]
        found = clock.collection(self.mongo, self.shape.contract).find({first.path: {"$in": ids}})
        return {key(d): [read(d) for read in readers] for d in found}


def _plain(key: str) -> str:
    """The value in a key's text: without the length that stands before free text."""
    length, colon, rest = key.partition(":")
    return rest if colon and length.isdigit() and len(rest.encode()) == int(length) else key


def _bounds(key: Column, scope: Scope) -> dict:
    bounds = {}
    if scope.low:
        bounds["$gte"] = document.identifier(scope.low, key.type)
    if scope.high:
        bounds["$lte"] = document.identifier(scope.high, key.type)
    return {key.path: bounds} if bounds else {}


def _no_snapshots(e: PyMongoError) -> bool:
    """Whether a server refuses because it has no snapshot reads (standalone, older than 5.0, or not a mongod)."""
    text = str(e).lower()
    return "snapshot" in text or "readconcern" in text
