CREATE TABLE sales_state.sold
(
    `state` LowCardinality(String),
    `hour` DateTime('UTC'),
    `gross` SimpleAggregateFunction(sum, Decimal(38, 2)),
    `items` SimpleAggregateFunction(sum, Int64),
    `n` SimpleAggregateFunction(sum, Int64)
)
ENGINE = AggregatingMergeTree
ORDER BY (state, hour)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'tidemark model 7db4d8cb9e062a08ea64da13';

INSERT INTO sales_state.sold (`state`, `hour`, `gross`, `items`, `n`) SELECT `state`, `hour`, `gross`, `items`, `n` FROM (SELECT toStartOfHour(r.at) AS hour, r.state AS state, sum(r.x * r._sign) AS gross, sum(r.i * r._sign) AS items, sum(r._sign) AS n FROM raw.orders AS r GROUP BY hour, state) SETTINGS insert_deduplicate = 0;

CREATE MATERIALIZED VIEW sales_state.sold_mv TO sales_state.sold AS
SELECT toStartOfHour(r.at) AS hour, r.state AS state, sum(r.x * r._sign) AS gross, sum(r.i * r._sign) AS items, sum(r._sign) AS n FROM raw.orders AS r GROUP BY hour, state;

CREATE OR REPLACE VIEW sales.sold DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
    t.`state` AS `state`,
    t.`hour` AS `hour`,
    sum(t.`gross`) AS `gross`,
    sum(t.`items`) AS `items`,
    sum(t.`n`) AS `n`
FROM sales_state.sold AS t
GROUP BY t.`state`, t.`hour`
HAVING sum(t.`n`) != 0;
