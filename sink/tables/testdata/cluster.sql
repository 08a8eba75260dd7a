CREATE DATABASE IF NOT EXISTS `raw` ON CLUSTER tidemark;

CREATE DATABASE IF NOT EXISTS raw_local ON CLUSTER tidemark;

CREATE TABLE current_local.tables_test_payments ON CLUSTER tidemark
(
    `id` Int64,
    `order_id` String,
    `amount` Nullable(Decimal(12, 2)),
    `kind` LowCardinality(Nullable(String)),
    `tags` Array(Nullable(String)),
    `at` Nullable(DateTime64(6, 'UTC')),
    `_version` UInt128,
    `_deleted` UInt8,
    INDEX `at_minmax` `at` TYPE minmax GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree(_version, _deleted)
ORDER BY (`order_id`, `id`)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, old_parts_lifetime = 480,
    min_age_to_force_merge_seconds = 600, min_age_to_force_merge_on_partition_only = 1
COMMENT 'Current rows of pg.public.payments; read tables_test.tables_test_payments instead';

CREATE TABLE current.tables_test_payments ON CLUSTER tidemark AS current_local.tables_test_payments
ENGINE = Distributed(tidemark, current_local, tables_test_payments)
COMMENT 'Current rows of pg.public.payments; read tables_test.tables_test_payments instead';

CREATE TABLE raw_local.tables_test_payments ON CLUSTER tidemark
(
    `id` Int64,
    `order_id` String,
    `amount` Nullable(Decimal(12, 2)),
    `kind` LowCardinality(Nullable(String)),
    `tags` Array(Nullable(String)),
    `at` Nullable(DateTime64(6, 'UTC')),
    `_sign` Int8,
    `_version` UInt128,
    `_op` Enum8('c' = 1, 'u' = 2, 'd' = 3, 'r' = 4, 't' = 5),
    `_commit_time` DateTime64(6, 'UTC'),
    `_incarnation` LowCardinality(String),
    `_partition` UInt16,
    `_offset` UInt64
)
ENGINE = ReplicatedMergeTree
PARTITION BY toMonday(_commit_time)
ORDER BY (`order_id`, `id`, `_version`, `_sign`)
SETTINGS replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800, old_parts_lifetime = 480,
    min_age_to_force_merge_seconds = 600, min_age_to_force_merge_on_partition_only = 1
COMMENT 'Every change of pg.public.payments, signed; read it with sum(_sign)';

CREATE TABLE raw.tables_test_payments ON CLUSTER tidemark AS raw_local.tables_test_payments
ENGINE = Distributed(tidemark, raw_local, tables_test_payments, _partition)
COMMENT 'Every change of pg.public.payments, signed; read it with sum(_sign)';

CREATE MATERIALIZED VIEW `current`.`tables_test_payments_from_raw` ON CLUSTER tidemark TO current_local.`tables_test_payments`
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT `id`, `order_id`, `amount`, `kind`, `tags`, `at`, _version, toUInt8(_sign < 1) AS _deleted FROM raw_local.`tables_test_payments` WHERE _sign = 1 OR _op IN ('d', 't')
COMMENT 'tidemark bac431b107889532';

CREATE OR REPLACE VIEW `tables_test`.`tables_test_payments` ON CLUSTER tidemark
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT `id`, `order_id`, `amount`, `kind`, `tags`, `at`, _version FROM `current`.`tables_test_payments` FINAL
COMMENT 'tidemark d8f4bd5180cfb8b1';

ALTER TABLE raw_local.tables_test_payments ON CLUSTER tidemark ADD COLUMN `kind` Nullable(String) AFTER `amount`;

ALTER TABLE `raw`.`tables_test_payments` ON CLUSTER tidemark ADD COLUMN `kind` Nullable(String) AFTER `amount`;

ALTER TABLE `current`.`tables_test_payments_from_raw` ON CLUSTER tidemark MODIFY QUERY SELECT `id`, `order_id`, `amount`, `kind`, `tags`, `at`, _version, toUInt8(_sign < 1) AS _deleted FROM raw_local.`tables_test_payments` WHERE _sign = 1 OR _op IN ('d', 't');
