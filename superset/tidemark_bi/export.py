"""Write what Superset has into the bundle: python -m tidemark_bi.export BUNDLE.

So an edit in the browser is a diff. What differs from one installation to the next is left out (numbers of charts and
datasets, connections, what the browser computes when it opens a dashboard); all that has no order is sorted.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

KINDS = ("datasets", "charts", "dashboards")
VOLATILE = {
    "charts": (
        "datasource",
        "slice_id",
        "dashboards",
        "url_params",
        "extra_form_data",
        "annotation_layers",
        "dashboardId",
    )
}


def main() -> None:
    """Export, and say which files changed."""
    from superset.app import create_app  # takes seconds

    root = Path(sys.argv[1])
    with create_app().app_context():
        new = dict(assets())
    names = {yaml.safe_load(path.read_text())["uuid"]: path for kind in KINDS for path in (root / kind).rglob("*.yaml")}
    for path, asset in new.items():
        _write(names.pop(asset["uuid"], root / path), asset)
    for gone in names.values():
        gone.unlink()
        print(f"removed {gone.relative_to(root)}")
    _write_changed(root)


def assets() -> Iterator[tuple[Path, dict]]:
    """Give every dataset, chart and dashboard as the bundle has it, under the name that a new one gets."""
    from flask import current_app, g
    from superset.commands.export.assets import ExportAssetsCommand
    from superset.extensions import security_manager

    with current_app.test_request_context():
        g.user = security_manager.find_user("admin")
        for name, content in ExportAssetsCommand().run():
            kind = name.split("/")[0]
            if kind in KINDS:
                yield _path(Path(name)), CLEAN[kind](yaml.safe_load(content()))


def _path(name: Path) -> Path:
    """Superset ends the names of charts and dashboards with their number."""
    stem = re.sub(r"_\d+$", "", name.stem) if name.parts[0] != "datasets" else name.stem
    return name.with_name(re.sub(r"\W+", "_", stem).strip("_").lower() + ".yaml")


def _dataset(asset: dict) -> dict:
    asset["columns"].sort(key=lambda c: c["column_name"])
    asset["metrics"].sort(key=lambda m: m["metric_name"])
    return asset


def _chart(asset: dict) -> dict:
    asset["params"] = {k: v for k, v in sorted(asset["params"].items()) if k not in VOLATILE["charts"]}
    if asset.get("query_context"):
        asset["query_context"] = context(json.loads(asset["query_context"]))
    return asset


def context(query_context: dict) -> dict:
    """Give a query context without what belongs to one installation or one look."""
    kept = {k: v for k, v in query_context.items() if k not in ("form_data", "datasource", "force")}
    for query in kept["queries"]:
        for name in ("url_params", "custom_form_data", "custom_params", "annotation_layers", "applied_time_extras"):
            query.pop(name, None)
    return {"datasource": {"id": 0, "type": "table"}, "force": False, **kept}


def _dashboard(asset: dict) -> dict:
    for part in asset["position"].values():
        if isinstance(part, dict) and part.get("type") == "CHART":
            part["meta"]["chartId"] = 0
    metadata = asset["metadata"]
    for name in (
        "chart_configuration",
        "global_chart_configuration",
        "shared_label_colors",
        "color_scheme_domain",
        "map_label_colors",
        "default_filters",
    ):
        metadata.pop(name, None)
    for native in metadata.get("native_filter_configuration", []):
        native.pop("chartsInScope", None)
        native.pop("tabsInScope", None)
    asset["position"] = dict(sorted(asset["position"].items()))
    asset["metadata"] = dict(sorted(metadata.items()))
    return asset


CLEAN = {"datasets": _dataset, "charts": _chart, "dashboards": _dashboard}
CHANGED: list[Path] = []


def _write(path: Path, asset: dict) -> None:
    text = yaml.safe_dump(asset, sort_keys=False, allow_unicode=True, width=110)
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        CHANGED.append(path)


def _write_changed(root: Path) -> None:
    print("\n".join(f"changed {path.relative_to(root)}" for path in CHANGED) or "nothing differs from the bundle")


if __name__ == "__main__":
    main()
