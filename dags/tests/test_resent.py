"""What a replay or a producer sends again after a compaction: an old version must not come back to life."""

from __future__ import annotations

import time

import planted
from clickhouse_connect.driver.client import Client
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from tidemark_dags.compact import fold, merge
from tidemark_dags.compact.journal import Entry
from tidemark_dags.compact.target import Target
from tidemark_dags.reconcile import run as comparison
from tidemark_dags.settings import Settings

TOPIC = "mongo.shop.users"


def test_an_old_version_that_is_sent_again_stays_dead(client: Client, stack: Settings) -> None:
    """A user is made, deleted and compacted away, tombstone included; then the record of its making comes once more."""
    (key,) = planted.rows(client, "users", 1)
    planted.forget(client, key)
    compact(client, stack, key)
    assert rows(client, key) == []
    log = signs(client, key)
    send_again(stack, client, key)
    assert rows(client, key) == []
    assert signs(client, key) == log
    (scope,) = comparison.plan(client, stack, ["users"])
    assert comparison.table(client, stack, f"resent-{key}", scope).differences == []


def compact(client: Client, stack: Settings, key: str) -> None:
    """Folds the partitions that know the key, and drops every tombstone."""
    target = Target.of(client, comparison.contract(stack, "users"))
    found = client.query("SELECT DISTINCT _partition_id FROM raw.users WHERE id = {k:String}", parameters={"k": key})
    for (partition,) in found.result_rows:
        assert (
            fold.fold(client, target, Entry(f"resent-{key}", "users", partition, "fold"), lambda: None).step == "done"
        )
    horizon = client.query("SELECT max(_version) FROM raw.users").result_rows[0][0]
    merge.merge(client, target, Entry(f"resent-{key}", "users", "", "merge", version=horizon), 5)


def rows(client: Client, key: str) -> list:
    """Of the key in the current rows, tombstones too."""
    sql = "SELECT _version, _deleted FROM current.users WHERE id = {k:String}"
    return client.query(sql, parameters={"k": key}).result_rows


def signs(client: Client, key: str) -> tuple:
    sql = "SELECT sum(_sign), max(_version) FROM raw.users WHERE id = {k:String}"
    found = client.query(sql, parameters={"k": key}).result_rows[0]
    assert found[0] == 0 and found[1] > 0
    return found


def send_again(stack: Settings, client: Client, key: str) -> None:
    """Sends the oldest record of the key again, bytes and headers, and waits until the sink has applied it."""
    consumer = KafkaConsumer(bootstrap_servers=stack.brokers, auto_offset_reset="earliest", enable_auto_commit=False)
    partitions = [TopicPartition(TOPIC, p) for p in consumer.partitions_for_topic(TOPIC) or ()]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    record = next(r for r in consumer if key.encode() in (r.key or b"") and r.value)
    consumer.close()
    producer = KafkaProducer(bootstrap_servers=stack.brokers, acks="all")
    sent = producer.send(
        TOPIC, key=record.key, value=record.value, headers=list(record.headers), partition=record.partition
    ).get(30)
    producer.close()
    applied = "SELECT max(next_offset) FROM ops.applied WHERE topic = {t:String} AND partition = {p:UInt16}"
    until = time.monotonic() + 300
    while client.query(applied, parameters={"t": TOPIC, "p": sent.partition}).result_rows[0][0] <= sent.offset:
        assert time.monotonic() < until, "the sink has not applied what was sent again"
        time.sleep(0.5)
