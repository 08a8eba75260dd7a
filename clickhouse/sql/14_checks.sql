-- What dashboards show of comparisons and compactions. Both have a line for every table that sinks have written to, also when
-- nothing was done to it yet: an empty table would not say whether all is well or nobody has looked.
--   state   of the newest run (see ops.reconciliation), or "not compared yet"
CREATE OR REPLACE VIEW ops.compared
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

-- The newest run of each table and of what was done: its partitions added up.
--   state   done, skipped (nothing was to be done or it was not allowed: note says why), broken off (the next run finishes
--           it), or "not compacted yet"
CREATE OR REPLACE VIEW ops.compacted
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
