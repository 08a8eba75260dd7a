-- What compaction did, one row per run, table, partition and what was done; read with FINAL. It is the journal too: a fold
-- that was broken off is found here by its step and finished.
--   what   fold (raw history of a partition), merge (versions and tombstones of current rows), move (to a cold volume)
--   step   planned, folded (the side table is complete), done, or skipped with the reason in note
--   side   the side table that holds the folded partition until it is in its place
--   checksum   over the partition's signed rows; the same before and after
--   final_ms   how long it took to read the table with FINAL (merge) or to add its rows up (fold)
CREATE TABLE IF NOT EXISTS ops.compaction
(
    run           String,
    table         LowCardinality(String),
    partition     String,
    what          LowCardinality(String),
    step          LowCardinality(String),
    note          String DEFAULT '',
    side          String DEFAULT '',
    version       UInt128 DEFAULT 0,
    checksum      String DEFAULT '',
    parts_before  UInt64 DEFAULT 0,
    parts_after   UInt64 DEFAULT 0,
    rows_before   UInt64 DEFAULT 0,
    rows_after    UInt64 DEFAULT 0,
    bytes_before  UInt64 DEFAULT 0,
    bytes_after   UInt64 DEFAULT 0,
    final_ms_before Float64 DEFAULT 0,
    final_ms_after  Float64 DEFAULT 0,
    seconds       Float64 DEFAULT 0,
    written_at    DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY (run, table, what, partition)
COMMENT 'Compaction: results and journal; read with FINAL';

-- Per table and topic partition how far raw was folded: rows up to this offset need not be in raw any more, although they were
-- applied. Whoever fills in what raw lacks, or takes a boundary, may not go below it.
CREATE TABLE IF NOT EXISTS ops.fold_horizon
(
    table       LowCardinality(String),
    incarnation LowCardinality(String),
    partition   UInt16,
    offset      UInt64,
    version     UInt128,
    folded_at   DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(offset)
ORDER BY (table, incarnation, partition)
COMMENT 'Offsets up to which raw was folded; read max(offset)';
