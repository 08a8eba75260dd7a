"""The bundle: imported twice, edited, exported."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import BUNDLE, CHARTS, DASHBOARDS
from superset_api import Client

KINDS = ("database", "dataset", "chart", "dashboard", "saved_query")


def run(module: str, *arguments: str | Path) -> str:
    """Run a tool of tidemark_bi to its end."""
    done = subprocess.run(
        [sys.executable, "-m", f"tidemark_bi.{module}", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def census(client: Client) -> dict[str, list[str]]:
    """Give the UUIDs and numbers of everything that there is."""
    return {kind: sorted(f"{t['id']} {t.get('uuid', '')}" for t in client.every(kind)) for kind in KINDS}


def test_importing_again_leaves_one_of_everything(admin):
    before = census(admin)
    assert len(before["chart"]) == len(CHARTS)
    assert len(before["dashboard"]) == len(DASHBOARDS)
    run("provision", BUNDLE, "--force")
    assert census(admin) == before


def test_an_unchanged_superset_exports_an_unchanged_bundle(tmp_path):
    assert "nothing differs" in run("export", copy(tmp_path))


def test_an_edit_is_a_small_diff(admin, tmp_path):
    here = copy(tmp_path)
    chart = next(c for c in admin.every("chart") if c["uuid"] == CHARTS["net_24h"]["uuid"])
    admin.call("PUT", f"chart/{chart['id']}", json={"slice_name": "Takings"})
    try:
        assert [line for line in run("export", here).splitlines() if line.startswith(("changed", "removed"))] == [
            "changed charts/net_24h.yaml"
        ]
    finally:
        admin.call("PUT", f"chart/{chart['id']}", json={"slice_name": chart["slice_name"]})
    assert changes(BUNDLE / "charts" / "net_24h.yaml", here / "charts" / "net_24h.yaml") == {"slice_name"}


def copy(to: Path) -> Path:
    """Give a copy of the bundle to write into."""
    subprocess.run(["cp", "-r", str(BUNDLE), str(to)], check=True)
    return to / BUNDLE.name


def changes(a: Path, b: Path) -> set[str]:
    """Give the top-level keys in which two files differ."""
    left, right = yaml.safe_load(a.read_text()), yaml.safe_load(b.read_text())
    return {key for key in left | right if left.get(key) != right.get(key)}


@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_keeps_its_query(chart):
    """Without it nothing but a browser could ask what the chart asks."""
    assert CHARTS[chart]["query_context"]["queries"], chart
