-- What could not be applied, with its original bytes. One row per record of a topic; a later revision replaces an earlier
-- one: the sink writes revision 0 when the record fails (a rebuilt batch writes the same row again), an odd one says that the
-- record was sent again, an even one what became of that.
--   reason    class of the fault: what has to be mended (range, mismatch, missing, toast, malformed, header)
--   error     the message
--   key, value, header   the record's bytes as they were in the topic
--   resolved  1: no trouble any more, or a newer row tells of the same trouble. Only rows with 0 hold the tidemark's count
--   state     open; retried: sent again and not yet seen by the sink; resolved: the record that was sent again was applied, or
--             found superseded by a later change of its key; failed: it became a dead letter again, in a row of its own;
--             given-up: a person says that it will not come
--   resolution   the state in words
--   schema    id of the sink's contract that refused the record
--   attempt   how often the record had been sent again when this row was written
--   origin    offset of the record that failed first
--   sent_offset    where the record stands that was sent again, -1 for none
--   closed_offset  offset of the record at which the sink closed the row, -1 while it is not closed
CREATE TABLE IF NOT EXISTS ops.dead_letters
(
    source      LowCardinality(String),
    topic       LowCardinality(String),
    incarnation LowCardinality(String),
    partition   UInt16,
    offset      UInt64,
    id          String ALIAS concat(topic, '/', toString(partition), '/', toString(offset)),
    version     UInt128,
    op          LowCardinality(String),
    table       LowCardinality(String),
    reason      LowCardinality(String),
    error       String CODEC(ZSTD(1)),
    key         String CODEC(ZSTD(1)),
    value       String CODEC(ZSTD(1)),
    header      String,
    time        DateTime64(3, 'UTC') DEFAULT now64(3),
    revision    UInt32 DEFAULT 0,
    resolved    UInt8 DEFAULT 0,
    resolution  String DEFAULT '',
    state         LowCardinality(String) DEFAULT 'open',
    schema        UInt32 DEFAULT 0,
    attempt       UInt32 DEFAULT 0,
    origin        UInt64 DEFAULT offset,
    sent_offset   Int64 DEFAULT -1,
    closed_offset Int64 DEFAULT -1
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (topic, incarnation, partition, offset)
COMMENT 'Records that could not be applied; read with FINAL';

-- The columns for installations that are older than they are.
ALTER TABLE ops.dead_letters
    ADD COLUMN IF NOT EXISTS state LowCardinality(String) DEFAULT 'open',
    ADD COLUMN IF NOT EXISTS schema UInt32 DEFAULT 0,
    ADD COLUMN IF NOT EXISTS attempt UInt32 DEFAULT 0,
    ADD COLUMN IF NOT EXISTS origin UInt64 DEFAULT offset,
    ADD COLUMN IF NOT EXISTS sent_offset Int64 DEFAULT -1,
    ADD COLUMN IF NOT EXISTS closed_offset Int64 DEFAULT -1;

-- Deletes that left no row in raw, because what they delete lies among the dead letters. A letter of the key that is sent
-- again must be older than none of them, or it would bring back what is gone.
CREATE TABLE IF NOT EXISTS ops.buried
(
    topic       LowCardinality(String),
    incarnation LowCardinality(String),
    partition   UInt16,
    offset      UInt64,
    key         String,
    version     UInt128
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, key, incarnation, partition, offset)
COMMENT 'Deletes of keys that only a dead letter knows'
