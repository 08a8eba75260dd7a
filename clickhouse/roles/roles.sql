-- For a ClickHouse server with SQL-driven access control (not the embedded engine, whose users stand in users.xml).
-- Run once as an administrator, then give the roles to users: GRANT tidemark_bi TO superset.
-- Views are DEFINER views, so that readers need no right on raw, current or sales_state.
-- The limits are for one query; a session may set them lower, never higher or to 0, which would lift them.
CREATE ROLE IF NOT EXISTS tidemark_bi;
ALTER ROLE tidemark_bi SETTINGS readonly = 2,
    max_memory_usage = 1000000000 MIN 1 MAX 1000000000,
    max_execution_time = 60 MIN 1 MAX 60,
    max_rows_to_read = 200000000 MIN 1 MAX 200000000,
    max_result_rows = 1000000 MIN 1 MAX 1000000;
GRANT SELECT ON shop.* TO tidemark_bi;
GRANT SELECT ON past.* TO tidemark_bi;
GRANT SELECT ON sales.* TO tidemark_bi;
GRANT SELECT ON ops.* TO tidemark_bi;

-- The user that sink and aggregate connect as. It becomes the definer of views: do not drop it while they exist.
CREATE ROLE IF NOT EXISTS tidemark_writer;
GRANT SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, CHECK ON raw.* TO tidemark_writer;
GRANT SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, CHECK ON current.* TO tidemark_writer;
GRANT SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, CHECK ON shop.* TO tidemark_writer;
GRANT SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, CHECK ON past.* TO tidemark_writer;
GRANT SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, CHECK ON sales.* TO tidemark_writer;
GRANT SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, CHECK ON sales_state.* TO tidemark_writer;
GRANT SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, CHECK ON ops.* TO tidemark_writer;
GRANT SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE ON sales_batch.* TO tidemark_writer;
GRANT SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP DATABASE, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE, CHECK ON replay_*.* TO tidemark_writer;
GRANT TABLE ENGINE ON * TO tidemark_writer;
GRANT SET DEFINER ON * TO tidemark_writer;
GRANT SELECT ON system.* TO tidemark_writer;

-- Who compares: reads what is compared, writes nothing. A list of keys travels with a query as a temporary table.
CREATE ROLE IF NOT EXISTS tidemark_reconcile;
ALTER ROLE tidemark_reconcile SETTINGS readonly = 2;
GRANT SELECT ON raw.* TO tidemark_reconcile;
GRANT SELECT ON current.* TO tidemark_reconcile;
GRANT SELECT ON sales.* TO tidemark_reconcile;
GRANT SELECT ON ops.* TO tidemark_reconcile;
GRANT SELECT ON system.* TO tidemark_reconcile;
GRANT CREATE TEMPORARY TABLE ON *.* TO tidemark_reconcile;

-- What the DAGs write: findings, corrections of aggregates, the batch reference; compaction also changes raw and current.
-- It becomes the definer of sales_batch.side_by_side.
CREATE ROLE IF NOT EXISTS tidemark_dags;
GRANT SELECT ON raw.* TO tidemark_dags;
GRANT SELECT ON current.* TO tidemark_dags;
GRANT SELECT ON sales.* TO tidemark_dags;
GRANT SELECT ON sales_state.* TO tidemark_dags;
GRANT SELECT ON ops.* TO tidemark_dags;
GRANT SELECT ON system.* TO tidemark_dags;
GRANT CREATE TEMPORARY TABLE ON *.* TO tidemark_dags;
GRANT INSERT ON ops.reconciliation TO tidemark_dags;
GRANT INSERT ON ops.reconciliation_rows TO tidemark_dags;
GRANT INSERT ON ops.reconciliation_sums TO tidemark_dags;
GRANT INSERT ON ops.compaction TO tidemark_dags;
GRANT INSERT ON ops.fold_horizon TO tidemark_dags;
GRANT CREATE TABLE, ALTER MODIFY COMMENT, DROP TABLE ON ops.compaction_lease TO tidemark_dags;
GRANT INSERT ON sales_state.* TO tidemark_dags;
GRANT SELECT, INSERT, ALTER, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW ON sales_batch.* TO tidemark_dags;
GRANT INSERT, ALTER DELETE, ALTER MOVE PARTITION, CREATE TABLE, DROP TABLE ON raw.* TO tidemark_dags;
GRANT ALTER DELETE, OPTIMIZE ON current.* TO tidemark_dags;
GRANT TABLE ENGINE ON Memory TO tidemark_dags;
GRANT TABLE ENGINE ON MergeTree TO tidemark_dags;
GRANT TABLE ENGINE ON ReplicatedMergeTree TO tidemark_dags;
GRANT SELECT ON sales_batch.* TO tidemark_bi;
