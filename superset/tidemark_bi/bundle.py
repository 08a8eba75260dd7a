"""The bundle: dashboards and all that they stand on, as YAML files that people can review."""

import json
import os
import string
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import yaml


def load(root: Path) -> dict[str, str]:
    """Give what Superset imports: path inside the bundle -> text.

    Raises KeyError when a connection names a variable that is not set.
    """
    return {str(path.relative_to(root)): _text(path) for path in sorted(root.rglob("*.yaml"))}


def digest(contents: dict[str, str]) -> str:
    """Tell one state of the bundle from another, its connections included."""
    return sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()


def uuids(contents: dict[str, str], folder: str) -> set[UUID]:
    """Give the UUIDs of what lies in a folder of the bundle."""
    return {UUID(yaml.safe_load(text)["uuid"]) for path, text in contents.items() if path.startswith(folder + "/")}


def _text(path: Path) -> str:
    text = path.read_text()
    if path.parent.name == "databases":
        return string.Template(text).substitute(os.environ)
    if path.parent.name == "charts":
        return yaml.safe_dump(_with_context(yaml.safe_load(text)), sort_keys=False)
    return text


def _with_context(chart: dict) -> dict:
    """Superset keeps the query as a line of JSON, in which nobody finds a difference: the bundle has it as YAML."""
    if isinstance(chart.get("query_context"), dict):
        chart["query_context"] = json.dumps(chart["query_context"], sort_keys=True)
    return chart
