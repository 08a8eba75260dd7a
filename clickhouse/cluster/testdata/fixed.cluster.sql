CREATE DATABASE IF NOT EXISTS raw ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS raw_local ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS current ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS current_local ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS shop ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS past ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS sales ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS sales_state ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS sales_state_local ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS ops ON CLUSTER tidemark;

CREATE TABLE IF NOT EXISTS ops.applied ON CLUSTER tidemark
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/ops/applied', '{replica}', next_offset)
ORDER BY (topic, incarnation, partition, toStartOfHour(inserted_at))
COMMENT 'Batches that are in ClickHouse; newest per topic-partition and hour';

CREATE TABLE IF NOT EXISTS ops.watermarks ON CLUSTER tidemark
(
    source       LowCardinality(String),
    epoch        UInt16,
    commit       UInt64,
    ordinal      UInt64,
    version      UInt128 DEFAULT bitOr(bitOr(bitShiftLeft(toUInt128(epoch), 112), bitShiftLeft(toUInt128(commit), 48)), toUInt128(ordinal)),
    commit_time  DateTime64(6, 'UTC'),
    complete     Bool,
    topics       Array(String),
    incarnations Array(String),
    next_offsets Array(Array(UInt64)),
    fingerprint  String,
    _offset      UInt64,
    received_at  DateTime64(3, 'UTC') DEFAULT now64(3),
    PROJECTION newest (SELECT source, complete, max(version) GROUP BY source, complete),
    PROJECTION recent (SELECT source, complete, groupArraySorted(10000)(bitNot(version)) GROUP BY source, complete)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/ops/watermarks', '{replica}')
ORDER BY (source, complete, version)
TTL toDateTime(received_at) + INTERVAL 3 DAY GROUP BY source, complete
    SET epoch = argMax(epoch, version), commit = argMax(commit, version), ordinal = argMax(ordinal, version),
        commit_time = argMax(commit_time, version), topics = argMax(topics, version),
        incarnations = argMax(incarnations, version), next_offsets = argMax(next_offsets, version),
        fingerprint = argMax(fingerprint, version), _offset = argMax(_offset, version),
        received_at = argMax(received_at, version), version = max(version)
SETTINGS index_granularity = 1024, deduplicate_merge_projection_mode = 'rebuild'
COMMENT 'How far each source had been published, and up to which offsets';

ALTER TABLE ops.watermarks ON CLUSTER tidemark ADD PROJECTION IF NOT EXISTS recent (SELECT source, complete, groupArraySorted(10000)(bitNot(version)) GROUP BY source, complete);

CREATE TABLE IF NOT EXISTS ops.dead_letters ON CLUSTER tidemark
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/ops/dead_letters', '{replica}', revision)
ORDER BY (topic, incarnation, partition, offset)
COMMENT 'Records that could not be applied; read with FINAL';

ALTER TABLE ops.dead_letters ON CLUSTER tidemark
    ADD COLUMN IF NOT EXISTS state LowCardinality(String) DEFAULT 'open',
    ADD COLUMN IF NOT EXISTS schema UInt32 DEFAULT 0,
    ADD COLUMN IF NOT EXISTS attempt UInt32 DEFAULT 0,
    ADD COLUMN IF NOT EXISTS origin UInt64 DEFAULT offset,
    ADD COLUMN IF NOT EXISTS sent_offset Int64 DEFAULT -1,
    ADD COLUMN IF NOT EXISTS closed_offset Int64 DEFAULT -1;

CREATE TABLE IF NOT EXISTS ops.buried ON CLUSTER tidemark
(
    topic       LowCardinality(String),
    incarnation LowCardinality(String),
    partition   UInt16,
    offset      UInt64,
    key         String,
    version     UInt128
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/ops/buried', '{replica}')
ORDER BY (topic, key, incarnation, partition, offset)
COMMENT 'Deletes of keys that only a dead letter knows';

CREATE OR REPLACE VIEW ops.tidemark ON CLUSTER tidemark
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
WITH
    applied AS
    (
        SELECT topic, incarnation, partition, max(next_offset) AS done, max(a.version) AS high
        FROM ops.applied AS a
        GROUP BY topic, incarnation, partition
    ),
    newest AS
    (
        SELECT source, complete, max(w.version) AS newest_version
        FROM ops.watermarks AS w
        WHERE complete
        GROUP BY source, complete
    ),
    pending AS
    (
        SELECT source, newest_version, newest_time, sum(missing) AS behind, min(if(missing > 0, high, NULL)) AS bound
        FROM
        (
            SELECT source, newest_version, newest_time, high, if(end > done, end - done, 0) AS missing
            FROM
            (
                SELECT source, newest_version, newest_time, topic, incarnation, end, toUInt16(number - 1) AS partition
                FROM
                (
                    SELECT source, newest_version, newest_time, topic, incarnation, ends
                    FROM
                    (
                        SELECT source, w.version AS newest_version, w.commit_time AS newest_time, topics, incarnations, next_offsets
                        FROM ops.watermarks AS w
                        WHERE (source, complete, w.version) IN (SELECT source, complete, newest_version FROM newest)
                        ORDER BY w._offset DESC
                        LIMIT 1 BY source
                    )
                    LEFT ARRAY JOIN topics AS topic, incarnations AS incarnation, next_offsets AS ends
                )
                LEFT ARRAY JOIN ends AS end, arrayEnumerate(ends) AS number
            ) AS e
            LEFT JOIN applied AS a ON a.topic = e.topic AND a.incarnation = e.incarnation AND a.partition = e.partition
        )
        GROUP BY source, newest_version, newest_time
    ),
    late AS (SELECT source FROM pending WHERE behind > 0),
    candidates AS
    (
        SELECT source, complete,
            bitNot(arrayJoin(arraySlice(groupArraySorted(10000)(bitNot(w.version)), 1, if(source IN (SELECT source FROM late), 10000, 500)))) AS candidate
        FROM ops.watermarks AS w
        WHERE complete
        GROUP BY source, complete
    ),
    near AS
    (
        SELECT source, version, any(commit_time) AS commit_time
        FROM
        (
            SELECT source, version, commit_time, _offset, topic, incarnation, end, toUInt16(number - 1) AS partition
            FROM
            (
                SELECT source, version, commit_time, _offset, topic, incarnation, ends
                FROM ops.watermarks
                LEFT ARRAY JOIN topics AS topic, incarnations AS incarnation, next_offsets AS ends
                WHERE (source, complete, version) IN (SELECT source, complete, candidate FROM candidates)
            )
            LEFT ARRAY JOIN ends AS end, arrayEnumerate(ends) AS number
        ) AS e
        LEFT JOIN applied AS a ON a.topic = e.topic AND a.incarnation = e.incarnation AND a.partition = e.partition
        GROUP BY source, version, _offset
        HAVING countIf(end > done) = 0
    ),
    far AS
    (
        SELECT w.source AS source, max(w.version) AS version, argMax(w.commit_time, w.version) AS commit_time
        FROM ops.watermarks AS w
        INNER JOIN pending AS p ON p.source = w.source
        WHERE w.complete AND p.behind > 0 AND w.version < p.bound
        GROUP BY w.source
    ),
    reached AS
    (
        SELECT source, max(r.version) AS version, argMax(r.commit_time, r.version) AS commit_time
        FROM
        (
            SELECT source, newest_version AS version, newest_time AS commit_time FROM pending WHERE behind = 0
            UNION ALL SELECT source, version, commit_time FROM near
            UNION ALL SELECT source, version, commit_time FROM far
        ) AS r
        GROUP BY source
    ),
    dead AS
    (
        SELECT d.source AS source, count() AS dead_letters
        FROM ops.dead_letters AS d FINAL
        INNER JOIN reached AS r ON r.source = d.source
        WHERE d.resolved = 0 AND d.version <= r.version
        GROUP BY d.source
    )
SELECT
    r.source AS source,
    concat(toString(bitShiftRight(r.version, 112)), '/', toString(toUInt64(bitAnd(bitShiftRight(r.version, 48), toUInt128(18446744073709551615)))), '/',
        toString(bitAnd(r.version, toUInt128(281474976710655)))) AS position,
    r.version AS version,
    r.commit_time AS commit_time,
    round(greatest(0, dateDiff('millisecond', r.commit_time, now64(3, 'UTC'))) / 1000, 3) AS lag_seconds,
    p.behind AS behind,
    d.dead_letters AS dead_letters
FROM reached AS r
INNER JOIN pending AS p ON p.source = r.source
LEFT JOIN dead AS d ON d.source = r.source;

CREATE TABLE IF NOT EXISTS ops.aggregate_builds ON CLUSTER tidemark
(
    model    LowCardinality(String),
    state    UUID,
    chunk    String,
    boundary String,
    at       DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/ops/aggregate_builds', '{replica}')
ORDER BY (state, chunk)
COMMENT 'What has been summed up of aggregates that are or were being built';

CREATE TABLE IF NOT EXISTS ops.aggregate_checks ON CLUSTER tidemark
(
    model     LowCardinality(String),
    compared  UInt64,
    differing UInt64,
    seconds   Float64,
    at        DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/ops/aggregate_checks', '{replica}')
ORDER BY (model, at)
TTL toDateTime(at) + INTERVAL 400 DAY
COMMENT 'Results of aggregate verify';

CREATE TABLE IF NOT EXISTS ops.reconciliation ON CLUSTER tidemark
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/ops/reconciliation', '{replica}', written_at)
ORDER BY (run, kind, table, part)
TTL toDateTime(written_at) + INTERVAL 400 DAY
COMMENT 'Comparisons of sources with ClickHouse; read with FINAL';

CREATE TABLE IF NOT EXISTS ops.reconciliation_rows ON CLUSTER tidemark
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/ops/reconciliation_rows', '{replica}', written_at)
ORDER BY (run, table, key, kind, column)
TTL toDateTime(written_at) + INTERVAL 90 DAY
COMMENT 'Rows that reconciliation found to differ; read with FINAL';

CREATE TABLE IF NOT EXISTS ops.reconciliation_sums ON CLUSTER tidemark
(
    run        String,
    table      LowCardinality(String),
    part       UInt16,
    bucket     UInt32,
    rows       UInt64,
    total      Int128,
    written_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/ops/reconciliation_sums', '{replica}', written_at)
ORDER BY (run, table, part, bucket)
TTL toDateTime(written_at) + INTERVAL 7 DAY
COMMENT 'Checksums of source buckets; read with FINAL';

CREATE OR REPLACE VIEW ops.reconciled ON CLUSTER tidemark
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

CREATE TABLE IF NOT EXISTS ops.compaction ON CLUSTER tidemark
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/ops/compaction', '{replica}', written_at)
ORDER BY (run, table, what, partition)
COMMENT 'Compaction: results and journal; read with FINAL';

CREATE TABLE IF NOT EXISTS ops.fold_horizon ON CLUSTER tidemark
(
    table       LowCardinality(String),
    incarnation LowCardinality(String),
    partition   UInt16,
    offset      UInt64,
    version     UInt128,
    folded_at   DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/ops/fold_horizon', '{replica}', offset)
ORDER BY (table, incarnation, partition)
COMMENT 'Offsets up to which raw was folded; read max(offset)';

CREATE DATABASE IF NOT EXISTS sales_batch ON CLUSTER tidemark;

CREATE TABLE IF NOT EXISTS sales_batch.daily ON CLUSTER tidemark
(
    day Date, currency String,
    orders Int64, items Int64, gross Decimal(38, 2), refunded Decimal(38, 2), canceled Decimal(38, 2), net Decimal(38, 2)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/sales_batch/daily', '{replica}') PARTITION BY day ORDER BY currency COMMENT 'What was sold per day, from MongoDB';

CREATE TABLE IF NOT EXISTS sales_batch.products ON CLUSTER tidemark
(
    day Date, category String, product_id String, currency String,
    items Int64, gross Decimal(38, 2), refunded Decimal(38, 2)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/sales_batch/products', '{replica}') PARTITION BY day ORDER BY (category, product_id, currency) COMMENT 'What each product sold, from MongoDB';

CREATE TABLE IF NOT EXISTS sales_batch.cash ON CLUSTER tidemark
(
    day Date, method String, currency String,
    paid Decimal(38, 2), refunded Decimal(38, 2), net Decimal(38, 2)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/sales_batch/cash', '{replica}') PARTITION BY day ORDER BY (method, currency) COMMENT 'Money that moved, from PostgreSQL';

CREATE TABLE IF NOT EXISTS sales_batch.payments ON CLUSTER tidemark
(
    day Date, method String, status String, currency String,
    payments Int64, amount Decimal(38, 2), installments Int64, retries Int64
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/sales_batch/payments', '{replica}') PARTITION BY day ORDER BY (method, status, currency) COMMENT 'Payment attempts, from PostgreSQL';

CREATE TABLE IF NOT EXISTS sales_batch.refunds ON CLUSTER tidemark
(
    day Date, method String, status String, currency String,
    refunds Int64, amount Decimal(38, 2)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/sales_batch/refunds', '{replica}') PARTITION BY day ORDER BY (method, status, currency) COMMENT 'Money given back, from PostgreSQL';

CREATE TABLE IF NOT EXISTS sales_batch.returns ON CLUSTER tidemark
(
    day Date, reason String, category String, status String, currency String,
    returns Int64, amount Decimal(38, 2)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/sales_batch/returns', '{replica}') PARTITION BY day ORDER BY (reason, category, status, currency) COMMENT 'Goods that come back, from PostgreSQL';

CREATE TABLE IF NOT EXISTS sales_batch.deliveries ON CLUSTER tidemark
(
    day Date, outcome String, carrier String, state String, currency String,
    parcels Int64, cost Decimal(38, 2), arrived Int64, hours_under_way Int64
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/sales_batch/deliveries', '{replica}') PARTITION BY day ORDER BY (outcome, carrier, state, currency) COMMENT 'Parcels, from PostgreSQL';

CREATE TABLE IF NOT EXISTS sales_batch.days ON CLUSTER tidemark
(
    day       Date,
    loaded_at DateTime64(3, 'UTC') DEFAULT now64(3),
    groups    UInt64,
    seconds   Float64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/sales_batch/days', '{replica}', loaded_at) ORDER BY day COMMENT 'Days that the batch reference has loaded';

CREATE OR REPLACE VIEW ops.batches ON CLUSTER tidemark
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT
    a.inserted_at AS time,
    a.topic AS topic,
    a.partition AS partition,
    a.last_offset - a.first_offset + 1 AS records,
    a.rows AS rows
FROM ops.applied AS a FINAL
WHERE a.inserted_at > now64(3, 'UTC') - INTERVAL 14 DAY;

CREATE OR REPLACE VIEW ops.letters ON CLUSTER tidemark
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT
    d.time AS time,
    d.source AS source,
    d.table AS table,
    d.reason AS reason,
    d.state AS state,
    d.resolved AS resolved,
    d.attempt AS attempt,
    d.id AS id,
    d.error AS error
FROM ops.dead_letters AS d FINAL;

CREATE OR REPLACE VIEW ops.published ON CLUSTER tidemark
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT
    minute,
    source,
    greatest(0, end - lagInFrame(end, 1, end) OVER (PARTITION BY source ORDER BY minute ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) AS records,
    worst_lag,
    mean_lag
FROM
(
    SELECT
        toStartOfMinute(w.received_at) AS minute,
        w.source AS source,
        toInt64(max(arraySum(ends -> arraySum(ends), w.next_offsets))) AS end,
        max(greatest(0, dateDiff('millisecond', w.commit_time, w.received_at))) / 1000 AS worst_lag,
        avg(greatest(0, dateDiff('millisecond', w.commit_time, w.received_at))) / 1000 AS mean_lag
    FROM ops.watermarks AS w
    WHERE w.complete
    GROUP BY minute, source
);

CREATE TABLE IF NOT EXISTS ops.replays ON CLUSTER tidemark
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/ops/replays', '{replica}', revision)
ORDER BY (topic, id)
COMMENT 'Replays of topics; read with FINAL';

CREATE OR REPLACE VIEW ops.compared ON CLUSTER tidemark
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT
    t.source AS source,
    t.table AS table,
    t.kind AS kind,
    if(r.run = '', 'not compared yet', r.state) AS state,
    if(r.run = '', NULL, r.compared_at) AS compared_at,
    if(r.run = '', NULL, r.rows_source) AS rows,
    if(r.run = '', NULL, r.differ) AS differ
FROM
(
    SELECT DISTINCT splitByChar('.', a.topic)[1] AS source, substring(a.topic, position(a.topic, '.') + 1) AS table, 'table' AS kind FROM ops.applied AS a
    UNION DISTINCT
    SELECT toString(c.source), toString(c.table), toString(c.kind) FROM ops.reconciled AS c
) AS t
LEFT JOIN
(
    SELECT toString(n.source) AS source, toString(n.table) AS table, toString(n.kind) AS kind, n.run AS run, toString(n.state) AS state,
        n.compared_at AS compared_at, n.rows_source AS rows_source, n.differ AS differ
    FROM ops.reconciled AS n
) AS r ON r.source = t.source AND r.table = t.table AND r.kind = t.kind;

CREATE OR REPLACE VIEW ops.compacted ON CLUSTER tidemark
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT
    t.table AS table,
    if(c.run = '', '-', c.what) AS what,
    multiIf(c.run = '', 'not compacted yet', c.open > 0, 'broken off', c.done = 0, 'skipped', 'done') AS state,
    if(c.run = '', NULL, c.compacted_at) AS compacted_at,
    c.partitions AS partitions,
    c.note AS note,
    c.rows_before AS rows_before,
    c.rows_after AS rows_after,
    c.bytes_before AS bytes_before,
    c.bytes_after AS bytes_after
FROM
(
    SELECT DISTINCT substring(a.table, position(a.table, '.') + 1) AS table FROM ops.applied AS a
) AS t
LEFT JOIN
(
    SELECT run, table, what, count() AS partitions, countIf(p.step IN ('planned', 'folded')) AS open, countIf(p.step = 'done') AS done,
        max(p.written_at) AS compacted_at, anyLastIf(p.note, p.note != '') AS note,
        sumIf(p.rows_before, p.step = 'done') AS rows_before, sumIf(p.rows_after, p.step = 'done') AS rows_after,
        sumIf(p.bytes_before, p.step = 'done') AS bytes_before, sumIf(p.bytes_after, p.step = 'done') AS bytes_after
    FROM (SELECT run, toString(e.table) AS table, toString(e.what) AS what, step, note, rows_before, rows_after, bytes_before, bytes_after, written_at FROM ops.compaction AS e FINAL) AS p
    GROUP BY run, table, what
    ORDER BY compacted_at DESC
    LIMIT 1 BY table, what
) AS c ON c.table = t.table;
