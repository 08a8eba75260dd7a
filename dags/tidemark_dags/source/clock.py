"""MongoDB's logical time: what a read has surely seen, and by when it was made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bson import CodecOptions, Timestamp
from bson.codec_options import DatetimeConversion
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.read_concern import ReadConcern

from tidemark_dags.contracts import Contract

CODEC: CodecOptions = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_MS)


@contextmanager
def client(url: str) -> Iterator[MongoClient]:
    made: MongoClient = MongoClient(url, serverSelectionTimeoutMS=10_000)
    try:
        yield made
    finally:
        made.close()


def collection(mongo: MongoClient, contract: Contract) -> Collection:
    """Reads what a majority has, so that nothing that is read can be rolled back."""
    return mongo[contract.namespace].get_collection(
        contract.table, codec_options=CODEC, read_concern=ReadConcern("majority")
    )


def now(mongo: MongoClient, session: ClientSession | None = None) -> int:
    """The clusterTime of the server's newest operation, as a position's commit. Later reads of the session see it."""
    reply = mongo.admin.command("ping", session=session)
    return number(reply["operationTime"])


def number(t: Timestamp) -> int:
    return t.time << 32 | t.inc
