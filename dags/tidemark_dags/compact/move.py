"""Moves a folded partition to another volume of its storage policy: slow disks, or an object store."""

from __future__ import annotations

import time

from clickhouse_connect.driver.client import Client

from tidemark_dags.clickhouse import text
from tidemark_dags.compact import journal, parts
from tidemark_dags.compact.journal import Entry
from tidemark_dags.compact.target import Target


def move(client: Client, target: Target, entry: Entry, volume: str) -> Entry | None:
    """None for a partition that is there already: the server would refuse to move it."""
    began = time.monotonic()
    disks = _disks(client, target, volume)
    if not disks:
        entry.step, entry.note = "skipped", f"the storage policy of raw.{target.name} has no volume {volume}"
        journal.put(client, entry)
        return entry
    if not _elsewhere(client, target, entry.partition, disks):
        return None
    size = parts.of(client, "raw", target.name, entry.partition)
    entry.parts_before, entry.rows_before, entry.bytes_before = size.parts, size.rows, size.bytes
    client.command(f"ALTER TABLE {target.raw} MOVE PARTITION ID {text(entry.partition)} TO VOLUME {text(volume)}")
    size = parts.of(client, "raw", target.name, entry.partition)
    entry.parts_after, entry.rows_after, entry.bytes_after = size.parts, size.rows, size.bytes
    entry.step, entry.note, entry.seconds = "done", f"to volume {volume}", round(time.monotonic() - began, 3)
    journal.put(client, entry)
    return entry


def _disks(client: Client, target: Target, volume: str) -> list[str]:
    rows = client.query(
        "SELECT disks FROM system.storage_policies WHERE volume_name = {v:String} AND policy_name = "
        "(SELECT storage_policy FROM system.tables WHERE database = 'raw' AND name = {t:String})",
        parameters={"v": volume, "t": target.name},
    ).result_rows
    return list(rows[0][0]) if rows else []


def _elsewhere(client: Client, target: Target, partition: str, disks: list[str]) -> int:
    return client.query(
        "SELECT count() FROM system.parts WHERE active AND database = 'raw' AND table = {t:String} "
        "AND partition_id = {p:String} AND disk_name NOT IN {d:Array(String)}",
        parameters={"t": target.name, "p": partition, "d": disks},
    ).result_rows[0][0]
