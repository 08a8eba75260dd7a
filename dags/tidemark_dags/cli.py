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
from tidemark_dags.compact import run as compaction
from tidemark_dags.errors import DifferenceError, TidemarkError
from tidemark_dags.etl import run as batch
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
                found.append(comparison.aggregate(client, settings, run, model, repair=repair))
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


@app.command()
def compact(
    tables: Tables = None,
    run: Run = "",
    days: Annotated[int, typer.Option(help="Raw history younger than this is not folded.", min=0)] = 30,
    gigabytes: Annotated[float, typer.Option(help="What may be rewritten.")] = 50,
    minutes: Annotated[float, typer.Option(help="How long new work may begin.")] = 60,
    cold: Annotated[str, typer.Option(help="Volume for folded partitions.")] = "",
) -> None:
    """Fold old raw history, merge current rows, drop tombstones, behind what reconcile has passed."""
    settings = Settings()
    with clickhouse.connect(settings) as client:
        budget = compaction.Budget(days, gigabytes, minutes, cold)
        for entry in compaction.compact(client, settings, name_of(run), tables or [], budget):
            print(json.dumps(entry.summary()))


Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="2026-01-31; none: the newest that is over.")]


@app.command()
def etl(first: Day = None, last: Day = None, run: Run = "", as_json: Json = False) -> None:
    """Load the batch reference for a range of days and compare the streaming aggregates with it."""
    settings = Settings()
    with clickhouse.connect(settings) as client:
        begin = first.date() if first else batch.newest(client)
        days = batch.days(begin, last.date() if last else begin)
        found = [batch.compare(client, settings, name_of(run), d) for d in days]
    show(found, name_of(run), as_json)
    if any(not f.equal for f in found):
        raise DifferenceError(
            "streaming and batch differ: SELECT * FROM sales_batch.side_by_side WHERE streaming != batch"
        )


@app.command()
def report(day: Day = None) -> None:
    """Write the sales report of a day and print its path."""
    from tidemark_dags.report.render import write  # what draws the charts takes seconds to load

    settings = Settings()
    with clickhouse.connect(settings) as client:
        print(write(client, day.date() if day else batch.newest(client), settings.reports))


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
