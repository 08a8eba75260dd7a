-- Three small aggregates over the raw rows, as the models of a deployment are.
CREATE TABLE sales_state.bench_day (day Date, currency LowCardinality(String), amount SimpleAggregateFunction(sum, Decimal(38, 2)),
    n SimpleAggregateFunction(sum, Int64)) ENGINE = AggregatingMergeTree ORDER BY (day, currency) SETTINGS non_replicated_deduplication_window = 10000
;
CREATE MATERIALIZED VIEW sales_state.bench_day_mv TO sales_state.bench_day AS
SELECT toDate(created_at) AS day, currency, sum(t.amount * _sign) AS amount, sum(toInt64(_sign)) AS n FROM raw.transactions AS t GROUP BY day, currency
;
CREATE TABLE sales_state.bench_status (status LowCardinality(String), method LowCardinality(String), amount SimpleAggregateFunction(sum, Decimal(38, 2)),
    n SimpleAggregateFunction(sum, Int64)) ENGINE = AggregatingMergeTree ORDER BY (status, method) SETTINGS non_replicated_deduplication_window = 10000
;
CREATE MATERIALIZED VIEW sales_state.bench_status_mv TO sales_state.bench_status AS
SELECT status, method, sum(t.amount * _sign) AS amount, sum(toInt64(_sign)) AS n FROM raw.transactions AS t GROUP BY status, method
;
CREATE TABLE sales_state.bench_city (city LowCardinality(String), amount SimpleAggregateFunction(sum, Decimal(38, 2)),
    n SimpleAggregateFunction(sum, Int64)) ENGINE = AggregatingMergeTree ORDER BY city SETTINGS non_replicated_deduplication_window = 10000
;
CREATE MATERIALIZED VIEW sales_state.bench_city_mv TO sales_state.bench_city AS
SELECT city, sum(t.amount * _sign) AS amount, sum(toInt64(_sign)) AS n FROM raw.transactions AS t GROUP BY city
;
