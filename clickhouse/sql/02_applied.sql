-- One row per batch that is in ClickHouse, written by the sink after the batch's insert and before its offset commit.
-- Merges keep, per topic-partition and hour, the row with the greatest next_offset: the table stays small without a TTL,
-- which would forget an idle partition. Reading never depends on merges: take max(next_offset).
--   topic, partition, incarnation  the topic-partition and the incarnation of its topic
--   first_offset, last_offset      the sealed range, both inclusive
--   next_offset                    last_offset + 1. Must also pass tombstones and markers: ops.tidemark compares it with
--                                  the end offsets of watermarks, and a batch without rows is a batch too
--   rows                           rows written to raw by this batch
--   version                        the partition's high-water version after it: no record below it is still to come
--   table                          database.table of the raw table
CREATE TABLE IF NOT EXISTS ops.applied
(
    topic        LowCardinality(String),
    partition    UInt16,
    incarnation  LowCardinality(String),
    first_offset UInt64,
    last_offset  UInt64,
    next_offset  UInt64,
    rows         UInt64,
    version      UInt128,
    table        LowCardinality(String),
    inserted_at  DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(next_offset)
ORDER BY (topic, incarnation, partition, toStartOfHour(inserted_at))
COMMENT 'Batches that are in ClickHouse; newest per topic-partition and hour';
