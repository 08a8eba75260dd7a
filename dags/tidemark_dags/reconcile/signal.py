"""Asks a capture to say rows again (capture/signal)."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

from kafka import KafkaProducer

from tidemark_dags.contracts import Contract

TOPIC = "tidemark.signals"
KEYS = 500  # of one signal: a record may not grow without bound
TIMEOUT = 30  # seconds for the broker to acknowledge


def restate(brokers: list[str], contract: Contract, keys: list[tuple[str, ...]], reason: str) -> list[str]:
    """Sends as many signals as it takes and gives their ids. Sent twice, rows are said twice, which changes nothing."""
    producer = KafkaProducer(bootstrap_servers=brokers, acks="all", client_id="tidemark-reconcile")
    sent = []
    try:
        for i in range(0, len(keys), KEYS):
            value = {
                "id": str(uuid.uuid4()),
                "source": contract.source,
                "kind": "restate",
                "tables": [contract.name],
                "keys": [list(k) for k in keys[i : i + KEYS]],
                "reason": reason,
                "at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            }
            producer.send(TOPIC, key=contract.source.encode(), value=json.dumps(value).encode()).get(TIMEOUT)
            sent.append(value["id"])
    finally:
        producer.close(timeout=TIMEOUT)
    return sent
