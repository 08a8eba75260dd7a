CREATE TABLE sales_state.sold_new
(
    `state` LowCardinality(String),
    `gross` SimpleAggregateFunction(sum, Decimal(38, 2)),
    `n` SimpleAggregateFunction(sum, Int64)
)
ENGINE = AggregatingMergeTree
ORDER BY (state)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'tidemark model 0123';

INSERT INTO sales_state.sold_new (`state`, `gross`, `n`) SELECT `state`, `gross`, `n` FROM (SELECT r.state AS state, sum(r.x * r._sign) AS gross, sum(r._sign) AS n FROM raw.orders AS r GROUP BY state) SETTINGS insert_deduplicate = 0;

RENAME TABLE sales_state.sold_new TO sales_state.sold;

EXCHANGE TABLES sales_state.sold_new AND sales_state.sold;

DROP TABLE IF EXISTS sales_state.sold_new SYNC;

CREATE MATERIALIZED VIEW sales_state.sold_mv TO sales_state.sold AS
SELECT r.state AS state, sum(r.x * r._sign) AS gross, sum(r._sign) AS n FROM raw.orders AS r GROUP BY state;

CREATE OR REPLACE VIEW sales.sold DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT t.`state` AS `state`, sum(t.`gross`) AS `gross`, sum(t.`n`) AS `n`
FROM sales_state.sold AS t
GROUP BY t.`state`
HAVING sum(t.`n`) != 0;
