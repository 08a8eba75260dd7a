-- Dead letters as people count them: one line per record, without its bytes, which may hold what is nobody's business.
CREATE OR REPLACE VIEW ops.letters
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
