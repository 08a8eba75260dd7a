-- Replays of topics that are under way, and those that were done; written by `sink replay`. Sinks look here for a replay that
-- wants a topic's workers to stand still.
--   kind       missing, rebuild or into
--   phase      building: beside the live tables, which nobody notices; pausing: the workers are to stand still;
--              exchanging: what was built takes the place of what is there. It is gone through with, by a sink when the
--              replay has died; done
--   lease_until   who holds the replay renews it. Over it a replay that pauses has no say any more
--   plan       what is exchanged or filled, JSON
CREATE TABLE IF NOT EXISTS ops.replays
(
    id          String,
    topic       LowCardinality(String),
    kind        LowCardinality(String),
    phase       LowCardinality(String),
    database    String,
    lease_until DateTime64(3, 'UTC'),
    plan        String,
    at          DateTime64(3, 'UTC') DEFAULT now64(3),
    revision    UInt64 DEFAULT toUnixTimestamp64Micro(now64(6))
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (topic, id)
COMMENT 'Replays of topics; read with FINAL';
