"""What the charts must show, computed apart from the aggregates that they read."""

import re
from pathlib import Path

import yaml

HERE = Path(__file__).parent
ANSWERS: dict[str, dict] = yaml.safe_load((HERE / "answers.yaml").read_text())
ROWS: dict[str, str] = yaml.safe_load((HERE / "rows.yaml").read_text())


def sql(key: str, only: str = "1") -> str:
    """Give the SQL behind a chart's answer, over the rows that a condition on the currency leaves."""
    parts = {**ROWS, "only": only}
    text = ANSWERS[key]["sql"]
    while re.search(r"\{\w+\}", text):
        text = re.sub(r"\{(\w+)\}", lambda name: parts[name[1]], text)
    return text
