"""The aggregates' models: SQL files that the program `aggregate` keeps as materialized views."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Model:
    """grain: the group by. measures: what is summed, with the count n. select: over raw.<source> AS alias."""

    name: str
    sources: tuple[str, ...]
    grain: tuple[str, ...]
    measures: tuple[str, ...]
    select: str

    @property
    def recomputed(self) -> str:
        """The same SELECT over the current rows in place of the signed log."""
        sql = self.select
        for source in self.sources:
            rows = f"(SELECT *, toInt8(1) AS _sign FROM current.`{source}` FINAL)"
            sql = re.sub(rf"\braw\.{re.escape(source)}\b", rows, sql)
        return sql


def parse(text: str) -> Model:
    """Reads the header's `-- word: value` lines; what follows is the SELECT."""
    head = dict(re.findall(r"^-- (\w+): (.*)$", text, re.MULTILINE))
    select = "\n".join(line for line in text.splitlines() if not line.startswith("-- "))
    listed = {word: tuple(head.get(word, "").replace(" ", "").split(",")) for word in ("sources", "grain", "measures")}
    return Model(head["name"], listed["sources"], listed["grain"], (*listed["measures"], "n"), select.strip())


def load(folder: Path) -> list[Model]:
    return [parse(f.read_text()) for f in sorted(folder.glob("*.sql"))]
