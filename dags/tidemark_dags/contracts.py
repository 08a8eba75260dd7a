"""The contracts of schemas/: which table or collection is captured and what it becomes in ClickHouse."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from tidemark_dags.errors import UsageError


@dataclass(frozen=True)
class Column:
    """name: in ClickHouse and in PostgreSQL. path: in a MongoDB document, empty for PostgreSQL."""

    name: str
    type: str
    path: str = ""
    nullable: bool = False


@dataclass(frozen=True)
class Contract:
    """One captured table or collection."""

    source: str
    kind: str  # postgresql or mongodb
    namespace: str
    table: str
    database: str  # of the view that people read
    target: str  # its name, and that of raw's and current's table
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """The source's own name: public.orders."""
        return f"{self.namespace}.{self.table}"

    @property
    def keys(self) -> list[Column]:
        by_name = {c.name: c for c in self.columns}
        return [by_name[k] for k in self.key]


def load(folder: Path) -> list[Contract]:
    """Every contract of a folder, in the order of the files' names."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise UsageError(f"no contracts in {folder}: set TIDEMARK_CONTRACTS to the folder that capture reads")
    return [parse(yaml.safe_load(f.read_text())) for f in files]


def parse(text: dict) -> Contract:
    kind = "mongodb" if "collection" in text else "postgresql"
    namespace, table = (text.get("collection") or text["table"]).split(".", 1)
    database, target = text["target"].split(".", 1)
    columns = tuple(
        Column(c["name"], c["type"], c.get("path", c["name"]) if kind == "mongodb" else "", bool(c.get("nullable")))
        for c in text["columns"]
    )
    return Contract(text["source"], kind, namespace, table, database, target, tuple(text.get("key") or ()), columns)


def select(contracts: list[Contract], names: list[str]) -> list[Contract]:
    """Those with a key whose name (public.orders, shop.orders, or the bare table's) is among names; all for no name."""
    for name in names:
        if not any(name in (c.name, c.table, f"{c.source}.{c.name}") for c in contracts):
            known = ", ".join(c.name for c in contracts)
            raise UsageError(f"no contract names {name}; there are {known}")
    keyed = [c for c in contracts if c.key]
    if not names:
        return keyed
    return [c for c in keyed if {c.name, c.table, f"{c.source}.{c.name}"} & set(names)]
