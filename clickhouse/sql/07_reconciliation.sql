-- What reconciliation found, one row per run, table and part of its keys; read with FINAL, a repaired run replaces its row.
--   run            the run's name, part of a table's keys (0 of 1 when it is not split)
--   version        the position at which both sides were read, as one number (see ops.watermarks); 0 for an aggregate
--   kind           table, aggregate or batch (an aggregate against the batch reference)
--   rows_source, rows_raw, rows_current   alive at that position in the source, in the signed log, in the current rows
--   differ         rows (groups of an aggregate) that differ; found are those before a repair
--   state          equal, differs, repaired, refused (more than may be repaired) or failed
--   bytes          about what came from both sides to the process that compares
CREATE TABLE IF NOT EXISTS ops.reconciliation
(
    run          String,
    source       LowCardinality(String),
    table        LowCardinality(String),
    part         UInt16,
    kind         LowCardinality(String) DEFAULT 'table',
    version      UInt128,
    started_at   DateTime64(3, 'UTC'),
    seconds      Float64,
    rows_source  UInt64,
    rows_raw     Int64,
    rows_current UInt64,
    found        UInt64,
    differ       UInt64,
    repaired     UInt64,
    state        LowCardinality(String),
    bytes        UInt64,
    written_at   DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY (run, kind, table, part)
TTL toDateTime(written_at) + INTERVAL 400 DAY
COMMENT 'Comparisons of sources with ClickHouse; read with FINAL';

-- The rows that differed, one per column for a changed row. Values are canonical texts (docs/reconciliation.md).
--   kind    missing (ClickHouse lacks the row), extra (the source lacks it), changed, log (raw's signs do not add up to
--           the row), sum (a group of an aggregate)
--   values  the key's values, by which the row is asked for again
--   state   open, asked (capture was asked for the row again), repaired
CREATE TABLE IF NOT EXISTS ops.reconciliation_rows
(
    run        String,
    source     LowCardinality(String),
    table      LowCardinality(String),
    key        String,
    kind       LowCardinality(String),
    column     LowCardinality(String),
    source_value     String CODEC(ZSTD(1)),
    clickhouse_value String CODEC(ZSTD(1)),
    values     Array(String),
    state      LowCardinality(String) DEFAULT 'open',
    written_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY (run, table, key, kind, column)
TTL toDateTime(written_at) + INTERVAL 90 DAY
COMMENT 'Rows that reconciliation found to differ; read with FINAL';

-- Checksums on their way from the task that read a source to the one that compares; side is source.
CREATE TABLE IF NOT EXISTS ops.reconciliation_sums
(
    run        String,
    table      LowCardinality(String),
    part       UInt16,
    bucket     UInt32,
    rows       UInt64,
    total      Int128,
    written_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY (run, table, part, bucket)
TTL toDateTime(written_at) + INTERVAL 7 DAY
COMMENT 'Checksums of source buckets; read with FINAL';

-- The newest comparison of every table and aggregate: what dashboards show.
CREATE OR REPLACE VIEW ops.reconciled
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT source, table, kind, argMax(run, started_at) AS run, max(r.started_at) AS compared_at, argMax(state, started_at) AS state,
    argMax(differ, started_at) AS differ, argMax(rows_source, started_at) AS rows_source
FROM
(
    SELECT run, source, table, kind, min(p.started_at) AS started_at, sum(p.differ) AS differ, sum(p.rows_source) AS rows_source,
        argMax(p.state, p.differ) AS state
    FROM ops.reconciliation AS p FINAL
    GROUP BY run, source, table, kind
) AS r
GROUP BY source, table, kind;
