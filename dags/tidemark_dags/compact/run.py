"""One compaction: what is left over from a run before, then every table within its budget."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from clickhouse_connect.driver.client import Client

from tidemark_dags.clickhouse import text
from tidemark_dags.compact import fold, horizon, journal, merge, move, parts
from tidemark_dags.compact.journal import Entry
from tidemark_dags.compact.lease import lease
from tidemark_dags.compact.target import Target
from tidemark_dags.contracts import Contract, load, select
from tidemark_dags.errors import BusyError
from tidemark_dags.settings import Settings


@dataclass(frozen=True)
class Budget:
    """days: raw history younger than this is not folded. gigabytes, minutes: of one run. cold: a volume, or empty."""

    days: int = 30
    gigabytes: float = 50.0
    minutes: float = 60.0
    cold: str = ""


def compact(client: Client, settings: Settings, run: str, tables: list[str], budget: Budget) -> list[Entry]:
    """Compacts the tables whose newest comparison with the source was equal."""
    with lease(client) as held:
        contracts = select(load(settings.contracts), tables)
        done = [_finish(client, contracts, e, held) for e in journal.unfinished(client)]
        work = _Work(client, held, run, budget, time.monotonic() + budget.minutes * 60, budget.gigabytes * 1e9)
        for contract in contracts:
            done += work.table(contract)
        return [e for e in done if e is not None]


def _finish(client: Client, contracts: list[Contract], entry: Entry, held: Callable[[], None]) -> Entry | None:
    """Goes on where a run before was broken off. What was only planned has changed nothing and is planned anew."""
    contract = next((c for c in contracts if c.target == entry.table), None)
    if contract is None:
        return None
    if entry.step == "planned":
        fold.skip(client, entry, "broken off before anything was changed")
        return None
    return fold.fold(client, Target.of(client, contract), entry, held)


@dataclass
class _Work:
    client: Client
    held: Callable[[], None]
    run: str
    budget: Budget
    until: float
    bytes: float

    def table(self, contract: Contract) -> list[Entry]:
        target = Target.of(self.client, contract)
        try:
            horizon.check_quiet(self.client, contract)
        except BusyError as e:
            return [self._skipped(contract, str(e))]
        behind = horizon.version(self.client, contract)
        if not behind:
            return [self._skipped(contract, "no comparison with the source that ended equal")]
        out = []
        for p in parts.old(self.client, target.name, self.budget.days):
            if self._behind(target, p, behind):
                out += self._partition(target, p)
        merged = Entry(self.run, target.name, "", "merge", version=behind)
        if self._afford(parts.of(self.client, "current", target.name).bytes):
            self.held()
            out.append(merge.merge(self.client, target, merged, self._left()))
        return out

    def _behind(self, target: Target, partition: str, version: int) -> bool:
        """Whether all of a partition was there when source and ClickHouse were found equal."""
        newest = self.client.query(
            f"SELECT max(_version) FROM {target.raw} WHERE _partition_id = {text(partition)}"
        ).result_rows[0][0]
        return newest <= version

    def _partition(self, target: Target, partition: str) -> list[Entry]:
        """Folds a partition, unless it is folded, and moves what is."""
        done = []
        if not self._folded(target, partition):
            if not self._afford(parts.of(self.client, "raw", target.name, partition).bytes):
                return []
            entry = Entry(self.run, target.name, partition, "fold")
            journal.put(self.client, entry)
            done.append(fold.fold(self.client, target, entry, self.held))
        moved = self._move(target, partition) if self._folded(target, partition) else None
        return [*done, moved] if moved else done

    def _folded(self, target: Target, partition: str) -> bool:
        """Whether nothing has come into the partition since it was folded."""
        rows = self.client.query(
            "SELECT argMax(rows_after, written_at) FROM ops.compaction FINAL "
            "WHERE what = 'fold' AND step IN ('done', 'skipped') AND table = {t:String} AND partition = {p:String} "
            "HAVING count() > 0",
            parameters={"t": target.name, "p": partition},
        ).result_rows
        return bool(rows) and rows[0][0] == parts.of(self.client, "raw", target.name, partition).rows

    def _move(self, target: Target, partition: str) -> Entry | None:
        """To the cold volume, if there is one."""
        if not self.budget.cold:
            return None
        self.held()
        return move.move(self.client, target, Entry(self.run, target.name, partition, "move"), self.budget.cold)

    def _skipped(self, contract: Contract, why: str) -> Entry:
        entry = Entry(self.run, contract.target, "", "merge", "skipped", why)
        journal.put(self.client, entry)
        return entry

    def _left(self) -> float:
        return max(0.0, (self.until - time.monotonic()) / 60)

    def _afford(self, size: int) -> bool:
        if self._left() <= 0 or size > self.bytes:
            return False
        self.bytes -= size
        return True
