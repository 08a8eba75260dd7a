-- The batch reference (DAG etl): the same sales, computed from the sources without the pipeline. One partition per day, which a
-- run replaces whole. What the columns mean is said in docs/reconciliation.md.
CREATE DATABASE IF NOT EXISTS sales_batch;

CREATE TABLE IF NOT EXISTS sales_batch.daily
(
    day Date, currency String,
    orders Int64, items Int64, gross Decimal(38, 2), refunded Decimal(38, 2), canceled Decimal(38, 2), net Decimal(38, 2)
)
ENGINE = MergeTree PARTITION BY day ORDER BY currency COMMENT 'What was sold per day, from MongoDB';

CREATE TABLE IF NOT EXISTS sales_batch.products
(
    day Date, category String, product_id String, currency String,
    items Int64, gross Decimal(38, 2), refunded Decimal(38, 2)
)
ENGINE = MergeTree PARTITION BY day ORDER BY (category, product_id, currency) COMMENT 'What each product sold, from MongoDB';

CREATE TABLE IF NOT EXISTS sales_batch.cash
(
    day Date, method String, currency String,
    paid Decimal(38, 2), refunded Decimal(38, 2), net Decimal(38, 2)
)
ENGINE = MergeTree PARTITION BY day ORDER BY (method, currency) COMMENT 'Money that moved, from PostgreSQL';

CREATE TABLE IF NOT EXISTS sales_batch.payments
(
    day Date, method String, status String, currency String,
    payments Int64, amount Decimal(38, 2), installments Int64, retries Int64
)
ENGINE = MergeTree PARTITION BY day ORDER BY (method, status, currency) COMMENT 'Payment attempts, from PostgreSQL';

CREATE TABLE IF NOT EXISTS sales_batch.refunds
(
    day Date, method String, status String, currency String,
    refunds Int64, amount Decimal(38, 2)
)
ENGINE = MergeTree PARTITION BY day ORDER BY (method, status, currency) COMMENT 'Money given back, from PostgreSQL';

CREATE TABLE IF NOT EXISTS sales_batch.returns
(
    day Date, reason String, category String, status String, currency String,
    returns Int64, amount Decimal(38, 2)
)
ENGINE = MergeTree PARTITION BY day ORDER BY (reason, category, status, currency) COMMENT 'Goods that come back, from PostgreSQL';

CREATE TABLE IF NOT EXISTS sales_batch.deliveries
(
    day Date, outcome String, carrier String, state String, currency String,
    parcels Int64, cost Decimal(38, 2), arrived Int64, hours_under_way Int64
)
ENGINE = MergeTree PARTITION BY day ORDER BY (outcome, carrier, state, currency) COMMENT 'Parcels, from PostgreSQL';

-- The days that were loaded: a day on which nothing was sold has no rows elsewhere.
CREATE TABLE IF NOT EXISTS sales_batch.days
(
    day       Date,
    loaded_at DateTime64(3, 'UTC') DEFAULT now64(3),
    groups    UInt64,
    seconds   Float64
)
ENGINE = ReplacingMergeTree(loaded_at) ORDER BY day COMMENT 'Days that the batch reference has loaded';
