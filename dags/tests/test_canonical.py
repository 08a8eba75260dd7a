"""Both sides print every type alike, and the text tells apart what differs."""

from __future__ import annotations

import pytest
from bson import Decimal128, Int64, ObjectId, decode

from tidemark_dags.canonical import document, extjson
from tidemark_dags.canonical.chtype import shape
from tidemark_dags.settings import REPOSITORY

CASES = [line.split("\t") for line in (REPOSITORY / "schemas/extjson/testdata/golden.tsv").read_text().splitlines()]
RARE = ("regex", "code", "code-with-scope", "symbol", "dbpointer", "undefined", "minmax", "string-invalid-utf8",
        "decimal128-noncanonical")  # fmt: skip


@pytest.mark.parametrize("case", [c for c in CASES if c[0] not in RARE], ids=lambda c: c[0])
def test_extended_json_is_that_of_the_wire(case: list[str]) -> None:
    from tidemark_dags.source.clock import CODEC

    assert extjson.dumps(decode(bytes.fromhex(case[1]), CODEC)) == case[2]


def test_text_cannot_imitate_another_row() -> None:
    read = document.row([("a", "string", "String"), ("b", "string", "Nullable(String)")])
    assert read({"a": "x|1:y", "b": None}) != read({"a": "x", "b": "y"})
    assert read({"a": "~", "b": None}) == "1:~|~"
    assert read({"a": "~", "b": None}) != read({"a": "~", "b": "~"})


def test_values() -> None:
    text = document.row(
        [
            ("n", "long", "Int64"),
            ("d", "decimal128", "Decimal(18, 2)"),
            ("f", "double", "Float64"),
            ("items[].price", "decimal128", "Array(Decimal(18, 2))"),
            ("o", "objectid", "String"),
            ("missing.path", "string", "Nullable(String)"),
        ]
    )
    got = text(
        {
            "n": Int64(7),
            "d": Decimal128("12.50"),
            "f": 0.5,
            "items": [{"price": Decimal128("1E+2")}, {"price": Decimal128("-0.00")}],
            "o": ObjectId("507f1f77bcf86cd799439011"),
        }
    )
    assert got == "7|12.5|3fe0000000000000|2[100,0]|24:507f1f77bcf86cd799439011|~"


def test_shapes() -> None:
    s = shape("Array(LowCardinality(Nullable(String)))")
    assert s.element is not None and s.element.nullable and s.element.textual
