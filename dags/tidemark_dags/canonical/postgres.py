"""Canonical text and checksums as PostgreSQL expressions. The session must have timezone UTC."""

from __future__ import annotations

import re

from tidemark_dags.canonical.chtype import Shape, shape
from tidemark_dags.canonical.clickhouse import BINARY

PADDED = ("character", "char", "bpchar")


def ident(*names: str) -> str:
    return ".".join('"' + n.replace('"', '""') + '"' for n in names)


def literal(value: str) -> str:
    """A string literal, whatever standard_conforming_strings says."""
    quoted = value.replace("'", "''")
    return " E'" + quoted.replace("\\", "\\\\") + "'" if "\\" in value else f"'{quoted}'"


def value(expression: str, source_type: str, clickhouse_type: str) -> str:
    """A column's text; never NULL."""
    s = shape(clickhouse_type)
    if s.element is not None:
        inner = f"coalesce({_scalar('e.x', _bare(source_type.removesuffix('[]')), s.element)}, '~')"
        elements = (
            f"(SELECT string_agg({inner}, ',' ORDER BY e.n) FROM unnest({expression}) WITH ORDINALITY AS e(x, n))"
        )
        return f"(coalesce(cardinality({expression}), 0) || '[' || coalesce({elements}, '') || ']')"
    return f"coalesce({_scalar(expression, _bare(source_type), s)}, '~')"


def _bare(source_type: str) -> str:
    """numeric(12,2) is numeric, timestamp(3) with time zone is timestamp with time zone."""
    return re.sub(r"\s*\([^)]*\)", "", source_type).strip()


def _scalar(x: str, source_type: str, s: Shape) -> str:
    if s.textual:
        if source_type in BINARY:
            return f"encode({x}, 'hex')"
        printed = f"bpcharout({x})::text" if source_type in PADDED else f"{x}::text"
        return f"(octet_length({printed}) || ':' || {printed})"
    if s.base.startswith("DateTime64") or source_type.startswith("time"):
        return f"(extract(epoch FROM {x}) * 1000000)::bigint::text"
    if s.base in ("Date", "Date32"):
        return f"({x} - date '1970-01-01')::text"
    if s.base in ("Float64", "Float32"):
        send = f"float{int(s.base[-2:]) // 8}send({x})"
        return f"CASE WHEN {x} = 'NaN' THEN 'NaN' ELSE encode({send}, 'hex') END"
    if s.base.startswith("Decimal"):
        return f"trim_scale({x}::numeric)::text"
    return f"{x}::text"


def row(columns: list[tuple[str, str, str]]) -> str:
    """The text of a row; columns are (name, source type, ClickHouse type)."""
    return "(" + " || '|' || ".join(value(ident(name), source, target) for name, source, target in columns) + ")"


def checksum(text: str) -> str:
    """The first 8 bytes of the text's MD5 as a signed number."""
    return f"('x' || substr(md5({text}), 1, 16))::bit(64)::bigint"


def bucket(key: str, buckets: int) -> str:
    """The bucket of a key's text; buckets is a power of two."""
    return f"(('x' || substr(md5({key}), 1, 8))::bit(32)::bigint & {buckets - 1})"
