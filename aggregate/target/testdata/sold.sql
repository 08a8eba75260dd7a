CREATE TABLE sales_state.sold_7db4d8cb_2
(
    `state` LowCardinality(String),
    `hour` DateTime('UTC'),
    `gross` SimpleAggregateFunction(sum, Decimal(38, 2)),
    `items` SimpleAggregateFunction(sum, Int64),
    `n` SimpleAggregateFunction(sum, Int64)
)
ENGINE = AggregatingMergeTree
ORDER BY (state, hour)
SETTINGS non_replicated_deduplication_window = 10000, old_parts_lifetime = 480
COMMENT 'tidemark model sold 7db4d8cb9e062a08ea64da13 2';

CREATE TABLE sales_state.sold_7db4d8cb_2_past
(
    `state` LowCardinality(String),
    `hour` DateTime('UTC'),
    `gross` SimpleAggregateFunction(sum, Decimal(38, 2)),
    `items` SimpleAggregateFunction(sum, Int64),
    `n` SimpleAggregateFunction(sum, Int64)
)
ENGINE = AggregatingMergeTree
ORDER BY (state, hour)
SETTINGS non_replicated_deduplication_window = 10000, old_parts_lifetime = 480
COMMENT 'rows below the boundary of sales_state.sold_7db4d8cb_2';

CREATE MATERIALIZED VIEW sales_state.sold_7db4d8cb_2_mv TO sales_state.sold_7db4d8cb_2 AS
SELECT toStartOfHour(r.at) AS hour, r.state AS state, sum(r.x * r._sign) AS gross, sum(r.i * r._sign) AS items, sum(r._sign) AS n FROM (SELECT * FROM raw.orders WHERE _offset >= 7) AS r GROUP BY hour, state;

INSERT INTO sales_state.sold_7db4d8cb_2_past (`state`, `hour`, `gross`, `items`, `n`) SELECT `state`, `hour`, `gross`, `items`, `n` FROM (SELECT toStartOfHour(r.at) AS hour, r.state AS state, sum(r.x * r._sign) AS gross, sum(r.i * r._sign) AS items, sum(r._sign) AS n FROM (SELECT * FROM raw.orders WHERE _offset < 7) AS r GROUP BY hour, state)
SETTINGS insert_deduplicate = 1, insert_deduplication_token = 'a/b', max_insert_threads = 1, async_insert = 0,
    min_insert_block_size_rows = 1000000000, min_insert_block_size_bytes = 0, max_insert_block_size = 1000000000;

ALTER TABLE sales_state.sold_7db4d8cb_2_past MODIFY COMMENT '{"select":"SELECT toStartOfHour(r.at) AS hour, r.state AS state, sum(r.x * r._sign) AS gross, sum(r.i * r._sign) AS items, sum(r._sign) AS n FROM raw.orders AS r GROUP BY hour, state"}';

CREATE OR REPLACE VIEW sales.sold DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    t.`state` AS `state`,
    t.`hour` AS `hour`,
    sum(t.`gross`) AS `gross`,
    sum(t.`items`) AS `items`,
    sum(t.`n`) AS `n`
FROM (SELECT * FROM sales_state.sold_7db4d8cb_2 UNION ALL SELECT * FROM sales_state.sold_7db4d8cb_2_past) AS t
GROUP BY t.`state`, t.`hour`
HAVING sum(t.`n`) != 0
COMMENT ' [sales_state.sold_7db4d8cb_2]';

CREATE OR REPLACE VIEW sales_state.sold_lines DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    t.`state` AS `state`,
    t.`hour` AS `hour`,
    CAST(t.`gross`, 'Decimal(38, 2)') AS `gross`,
    CAST(t.`items`, 'Int64') AS `items`,
    CAST(t.`n`, 'Int64') AS `n`
FROM (SELECT * FROM sales_state.sold_7db4d8cb_2 UNION ALL SELECT * FROM sales_state.sold_7db4d8cb_2_past) AS t
COMMENT 'lines of sales_state.sold_7db4d8cb_2, to be summed up';

CREATE MATERIALIZED VIEW sales_state.sold_7db4d8cb_1_mv TO sales_state.sold_7db4d8cb_1 AS
SELECT toStartOfHour(r.at) AS hour, r.state AS state, sum(r.x * r._sign) AS gross, sum(r.i * r._sign) AS items, sum(r._sign) AS n FROM raw.orders AS r GROUP BY hour, state;

CREATE OR REPLACE VIEW sales.sold DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    t.`state` AS `state`,
    t.`hour` AS `hour`,
    sum(t.`gross`) AS `gross`,
    sum(t.`items`) AS `items`,
    sum(t.`n`) AS `n`
FROM sales_state.sold_7db4d8cb_1 AS t
GROUP BY t.`state`, t.`hour`
HAVING sum(t.`n`) != 0
COMMENT ' [sales_state.sold_7db4d8cb_1]';

CREATE OR REPLACE VIEW sales_state.sold_lines DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    t.`state` AS `state`,
    t.`hour` AS `hour`,
    CAST(t.`gross`, 'Decimal(38, 2)') AS `gross`,
    CAST(t.`items`, 'Int64') AS `items`,
    CAST(t.`n`, 'Int64') AS `n`
FROM sales_state.sold_7db4d8cb_1 AS t
COMMENT 'lines of sales_state.sold_7db4d8cb_1, to be summed up';
