-- What could not be applied, with its original bytes. One row per record; a later revision replaces an earlier one, so the
-- sink writes revision 0 when the record fails (a rebuilt batch writes the same row again) and a higher one for every retry.
--   reason    class of the fault: what has to be mended (e.g. decode, type, contract, schema)
--   error     the message
--   key, value, header   the record's bytes as they were in the topic
--   resolved  1: applied after all, or given up on by a person; such rows no longer hold the tidemark's count
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
    resolution  String DEFAULT ''
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (topic, incarnation, partition, offset)
COMMENT 'Records that could not be applied; read with FINAL';
