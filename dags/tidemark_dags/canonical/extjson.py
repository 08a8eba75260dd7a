"""Extended JSON as Tidemark's wire has it (schemas/extjson): what a column of type json holds in ClickHouse."""

from __future__ import annotations

import base64
import json
import math
from decimal import Decimal
from typing import Any

from bson import Binary, Decimal128, Int64, ObjectId, Timestamp
from bson.datetime_ms import DatetimeMS


def dumps(v: Any) -> str:
    """One value. Types that few documents hold (regular expressions, code, ..) are refused with a TypeError."""
    if v is None:
        return "null"
    if isinstance(v, dict):
        return "{" + ",".join(f"{_string(k)}:{dumps(x)}" for k, x in v.items()) + "}"
    if isinstance(v, list):
        return "[" + ",".join(dumps(x) for x in v) + "]"
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, Int64):
        return f'{{"$numberLong":"{int(v)}"}}'
    if isinstance(v, int):
        return str(v)
    if isinstance(v, float):
        return _double(v)
    if isinstance(v, str):
        return _string(v)
    return _rare(v)


def _rare(v: Any) -> str:
    if isinstance(v, ObjectId):
        return f'{{"$oid":"{v}"}}'
    if isinstance(v, DatetimeMS):
        return f'{{"$date":{int(v)}}}'
    if isinstance(v, Decimal128):
        return f'{{"$numberDecimal":"{v}"}}'
    if isinstance(v, Timestamp):
        return f'{{"$timestamp":{{"t":{v.time},"i":{v.inc}}}}}'
    if isinstance(v, bytes):
        subtype = v.subtype if isinstance(v, Binary) else 0
        text = base64.b64encode(v).decode()
        return f'{{"$binary":{{"base64":"{text}","subType":"{subtype:02x}"}}}}'
    raise TypeError(f"no extended JSON for a {type(v).__name__} here")


def _string(s: str) -> str:
    return json.dumps(s, ensure_ascii=False)


def _double(f: float) -> str:
    if math.isnan(f):
        return '{"$numberDouble":"NaN"}'
    if math.isinf(f):
        return '{"$numberDouble":"%s"}' % ("Infinity" if f > 0 else "-Infinity")
    if f != 0 and (abs(f) < 1e-6 or abs(f) >= 1e21):
        mantissa, _, exponent = repr(f).partition("e")
        return f"{mantissa.removesuffix('.0')}e{int(exponent):+03d}"
    return _plain(f)


def _plain(f: float) -> str:
    """The shortest digits that read back as f, without an exponent."""
    text = format(Decimal(repr(f)), "f")
    return text if "." in text else text + ".0"
