"""Canonical text and checksums of MongoDB documents, computed here: the server has no hash that ClickHouse has too."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bson import Binary, Decimal128, Int64, ObjectId, Timestamp
from bson.datetime_ms import DatetimeMS

from tidemark_dags.canonical import NULL, extjson
from tidemark_dags.canonical.chtype import Shape, shape

Text = Callable[[dict], str]


def row(columns: list[tuple[str, str, str]]) -> Text:
    """Compiles the text of a document; columns are (path, source type, ClickHouse type)."""
    readers = [column(*c) for c in columns]
    return lambda document: "|".join([read(document) for read in readers])


def column(path: str, source_type: str, clickhouse_type: str) -> Text:
    s, json = shape(clickhouse_type), source_type in ("json", "object", "array", "document", "mixed")
    outer, gathered, inner = path.partition("[]")
    if gathered:
        assert s.element is not None
        return _gather(outer, inner.removeprefix("."), s.element, json)
    if path == ".":
        return lambda document: scalar(document, s, json)
    parts = path.split(".")
    if s.element is not None and not json:
        return _gather(path, "", s.element, json)
    return lambda document: scalar(_at(document, parts), s, json)


def _gather(outer: str, inner: str, element: Shape, json: bool) -> Text:
    to, within = outer.split("."), inner.split(".") if inner else []

    def text(document: dict) -> str:
        found = _at(document, to)
        values = found if isinstance(found, list) else []
        texts = [scalar(_at(v, within), element, json) for v in values]
        return f"{len(texts)}[{','.join(texts)}]"

    return text


def _at(value: Any, parts: list[str]) -> Any:
    for part in parts:
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def scalar(v: Any, s: Shape, json: bool) -> str:
    """One value as canonical/clickhouse.py prints the type that it became."""
    if v is None:
        return NULL
    if json:
        return _counted(extjson.dumps(v))
    if s.base.startswith("Decimal"):
        return decimal(v)
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, DatetimeMS):
        return str(int(v) * 1000)
    if isinstance(v, float):
        return "NaN" if math.isnan(v) else struct.pack(">d", v).hex()
    if isinstance(v, Timestamp):
        return str(v.time << 32 | v.inc)
    if isinstance(v, (bytes, Binary)):
        return _bytes(v, s)
    text = str(v)
    return _counted(text) if s.textual else text


def _bytes(v: bytes, s: Shape) -> str:
    h = bytes(v).hex()
    if s.base == "UUID":
        return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))
    return h


def _counted(text: str) -> str:
    return f"{len(text.encode())}:{text}"


def decimal(v: Any) -> str:
    """A number without the zeros that end its fraction, never with an exponent."""
    d = v.to_decimal() if isinstance(v, Decimal128) else Decimal(str(v))
    text = format(d, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def checksum(text: str) -> int:
    """The first 8 bytes of the text's MD5 as a signed number."""
    return int.from_bytes(hashlib.md5(text.encode()).digest()[:8], "big", signed=True)


def bucket(key: str, buckets: int) -> int:
    """The bucket of a key's text; buckets is a power of two."""
    return int.from_bytes(hashlib.md5(key.encode()).digest()[:4], "big") & (buckets - 1)


def identifier(text: str, source_type: str) -> Any:
    """The _id whose text ClickHouse shows; for the types of ids that a contract's key can have."""
    match source_type:
        case "objectid":
            return ObjectId(text)
        case "int" | "int32":
            return int(text)
        case "long" | "int64":
            return Int64(text)
    return text
