CREATE DATABASE IF NOT EXISTS raw ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS raw_local ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS current ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS current_local ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS shop ON CLUSTER tidemark;

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
    INDEX offset_minmax _offset TYPE minmax GRANULARITY 1,
    PROJECTION newest (SELECT source, complete, max(version) GROUP BY source, complete)
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
                    SELECT source, w.version AS newest_version, w.commit_time AS newest_time, topic, incarnation, ends
                    FROM ops.watermarks AS w
                    LEFT ARRAY JOIN topics AS topic, incarnations AS incarnation, next_offsets AS ends
                    WHERE (source, complete, w.version) IN (SELECT source, complete, newest_version FROM newest)
                )
                LEFT ARRAY JOIN ends AS end, arrayEnumerate(ends) AS number
            ) AS e
            LEFT JOIN applied AS a ON a.topic = e.topic AND a.incarnation = e.incarnation AND a.partition = e.partition
        )
        GROUP BY source, newest_version, newest_time
    ),
    late AS (SELECT source FROM pending WHERE behind > 0),
    edge AS
    (
        SELECT max(_offset) AS newest_offset
        FROM ops.watermarks
        WHERE (source, complete, version) IN (SELECT source, complete, newest_version FROM newest)
    ),
    near AS
    (
        SELECT source, version, any(commit_time) AS commit_time
        FROM
        (
            SELECT source, version, commit_time, topic, incarnation, end, toUInt16(number - 1) AS partition
            FROM
            (
                SELECT source, version, commit_time, topic, incarnation, ends
                FROM ops.watermarks
                LEFT ARRAY JOIN topics AS topic, incarnations AS incarnation, next_offsets AS ends
                WHERE complete AND (source IN (SELECT source FROM late) OR _offset + 500 > (SELECT * FROM edge))
                    AND _offset + 10000 > (SELECT * FROM edge) AND _offset <= (SELECT * FROM edge)
            )
            LEFT ARRAY JOIN ends AS end, arrayEnumerate(ends) AS number
        ) AS e
        LEFT JOIN applied AS a ON a.topic = e.topic AND a.incarnation = e.incarnation AND a.partition = e.partition
        GROUP BY source, version
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
