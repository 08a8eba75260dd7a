"""Canonical text and checksums as ClickHouse expressions."""

from __future__ import annotations

from tidemark_dags.canonical.chtype import Shape, shape
from tidemark_dags.clickhouse import ident

BINARY = ("bytea", "bindata", "binary")


def value(expression: str, source_type: str, clickhouse_type: str) -> str:
    """A column's text; never NULL."""
    s = shape(clickhouse_type)
    if s.element is not None:
        inner = value("e", source_type.removesuffix("[]"), _rewrap(s.element))
        return (
            f"concat(toString(length({expression})), '[', "
            f"arrayStringConcat(arrayMap(e -> {inner}, {expression}), ','), ']')"
        )
    return f"ifNull({_scalar(expression, source_type in BINARY, s)}, '~')"


def _rewrap(s: Shape) -> str:
    return f"Nullable({s.base})" if s.nullable else s.base


def _scalar(x: str, binary: bool, s: Shape) -> str:
    if s.textual:
        return f"lower(hex({x}))" if binary else f"concat(toString(length({x})), ':', {x})"
    if s.base.startswith("DateTime64"):
        return f"toString(toUnixTimestamp64Micro(toDateTime64({x}, 6, 'UTC')))"
    if s.base in ("Date", "Date32"):
        return f"toString(toInt32({x}))"
    if s.base in ("Float64", "Float32"):
        bits = f"reinterpretAsUInt{s.base[-2:]}({x})"
        return f"if(isNaN({x}), 'NaN', lower(hex(reinterpretAsFixedString(byteSwap({bits})))))"
    return f"toString({x})"


def row(columns: list[tuple[str, str, str]]) -> str:
    """The text of a row; columns are (name, source type, ClickHouse type)."""
    texts = [value(ident(name), source, target) for name, source, target in columns]
    return texts[0] if len(texts) == 1 else "concat(" + ", '|', ".join(texts) + ")"


def checksum(text: str) -> str:
    """The first 8 bytes of the text's MD5 as a signed number: what PostgreSQL computes too, and cheaply."""
    return f"reinterpretAsInt64(reverse(substring(MD5({text}), 1, 8)))"


def bucket(key: str, buckets: int) -> str:
    """The bucket of a key's text; buckets is a power of two."""
    return f"toUInt32(bitAnd(reinterpretAsUInt32(reverse(substring(MD5({key}), 1, 4))), {buckets - 1}))"
