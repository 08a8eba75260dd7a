"""The command line: everything that the DAGs do, without Airflow."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tidemark_dags import clickhouse
from tidemark_dags.errors import DifferenceError, TidemarkError
from tidemark_dags.reconcile import run as comparison
from tidemark_dags.reconcile.finding import Finding
from tidemark_dags.reconcile.repair import LIMIT, Repair
from tidemark_dags.settings import Settings

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help='Reconcile, repair, compact and report. Addresses come from the environment: eval "$(make env)".\n\n'
    "Exit codes: 0 done and equal, 1 failed, 2 wrong usage, 3 source and ClickHouse differ.",
)  # fmt: skip
Tables = Annotated[list[str] | None, typer.Argument(help="public.orders, or the bare table's name; none: all.")]
Run = Annotated[str, typer.Option(help="Name of the run in ops.reconciliation; default: the time.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line instead of a table.")]


def name_of(run: str) -> str:
    return run or f"cli-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"


@app.command()
def reconcile(
    tables: Tables = None,
    run: Run = "",
    parts: Annotated[int, typer.Option(help="Split each PostgreSQL table by key hash.", min=1)] = 1,
    low: Annotated[str, typer.Option(help="Only keys from this value of the key's first column on.")] = "",
    high: Annotated[str, typer.Option(help="Only keys up to this value.")] = "",
    depth: Annotated[int, typer.Option(help="1: buckets, 2: rows, 3: columns.", min=1, max=3)] = 3,
    aggregates: Annotated[bool, typer.Option(help="Compare the aggregates too.")] = True,
    repair: Annotated[bool, typer.Option(help="Repair what differs.")] = False,
    limit: Annotated[int, typer.Option(help="Rows that may be repaired.")] = LIMIT,
    as_json: Json = False,
) -> None:
    """Compare source and ClickHouse at one position while both are written to."""
    settings, run = Settings(), name_of(run)
    with clickhouse.connect(settings) as client:
        found = []
        for scope in comparison.plan(client, settings, tables or [], parts=parts, low=low, high=high, depth=depth):
            found.append(comparison.table(client, settings, run, scope))
        if repair and any(not f.equal for f in found):
            show(found, run, as_json)
            fixed = Repair(client, settings, run, limit).everything()
            found = [f for f in found if f.equal] + fixed
        if aggregates and not tables:
            for model in comparison.present(client, settings):
                found.append(comparison.aggregate(client, run, model, repair=repair))
    show(found, run, as_json)
    if any(not f.equal for f in found):
        raise DifferenceError(
            f"run {run}: source and ClickHouse differ; SELECT * FROM ops.reconciliation_rows FINAL WHERE run = '{run}'"
        )


@app.command("repair")
def repair_command(
    run: Annotated[str, typer.Argument(help="The run whose findings are repaired.")],
    limit: Annotated[int, typer.Option(help="Rows that may be repaired.")] = LIMIT,
    as_json: Json = False,
) -> None:
    """Ask capture for the rows that a run found to differ, and compare once more."""
    settings = Settings()
    with clickhouse.connect(settings) as client:
        show(Repair(client, settings, run, limit).everything(), run, as_json)


def show(found: list[Finding], run: str, as_json: bool) -> None:
    if as_json:
        for f in found:
            print(json.dumps({"run": run, **f.summary()}))
        return
    t = Table(title=f"run {run}")
    for column in ("table", "rows source", "log", "current", "differ", "seconds"):
        t.add_column(column, justify="left" if column == "table" else "right")
    for f in found:
        t.add_row(f.table, str(f.rows_source), str(f.rows_raw), str(f.rows_current),
                  "equal" if f.equal else f"{len(f.keys) or f.buckets_differ} DIFFER", f"{f.seconds:.1f}")  # fmt: skip
    Console().print(t)
    for f in found:
        for d in f.differences[:20]:
            print(f"{f.table} {d.key}: {d.kind} {d.column} source={d.source} clickhouse={d.clickhouse}".rstrip())


def main() -> None:
    try:
        app(standalone_mode=True)
    except DifferenceError as e:
        print(f"tidemark-dags: {e}", file=sys.stderr)
        sys.exit(3)
    except TidemarkError as e:
        print(f"tidemark-dags: {e}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
