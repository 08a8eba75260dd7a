-- Per source the tidemark: its greatest complete watermark all of whose end offsets have been applied. Every change of the
-- source up to it is in ClickHouse, in every table. A source that has none yet has no row.
--   lag_seconds   now - commit_time. Heartbeats move an idle source's watermark, so it stays small where all is well
--   behind        records below the newest watermark that are still to be applied
--   dead_letters  unresolved ones at or below the tidemark
-- Caught up, the newest watermark of a source is the answer. Behind, its newest 10,000 are compared one by one: its own, not
-- those at the topic's end, where while it was silent another one's went on; with the first to come after the silence the
-- tidemark would fall back. Further back the answer is bounded by versions: below the smallest high-water version of the
-- partitions that still have records to come, everything has come. That may lie a little below the exact answer, never above it.
-- A restarted capture may state a position again with greater offsets, because it is beyond it already. Any statement of a
-- position is enough, so each counts on its own: taken together they made the tidemark fall back.
-- Each WITH is computed anew wherever it is named, so a source may be behind in one place and caught up in another: the
-- newest 500 are compared whether it is behind or not, else such a look would give a tidemark far below the last one.
CREATE OR REPLACE VIEW ops.tidemark
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
                    SELECT source, newest_version, newest_time, topic, incarnation, ends
                    FROM
                    (
                        SELECT source, w.version AS newest_version, w.commit_time AS newest_time, topics, incarnations, next_offsets
                        FROM ops.watermarks AS w
                        WHERE (source, complete, w.version) IN (SELECT source, complete, newest_version FROM newest)
                        ORDER BY w._offset DESC
                        LIMIT 1 BY source
                    )
                    LEFT ARRAY JOIN topics AS topic, incarnations AS incarnation, next_offsets AS ends
                )
                LEFT ARRAY JOIN ends AS end, arrayEnumerate(ends) AS number
            ) AS e
            LEFT JOIN applied AS a ON a.topic = e.topic AND a.incarnation = e.incarnation AND a.partition = e.partition
        )
        GROUP BY source, newest_version, newest_time
    ),
    late AS (SELECT source FROM pending WHERE behind > 0),
    candidates AS
    (
        SELECT source, complete,
            bitNot(arrayJoin(arraySlice(groupArraySorted(10000)(bitNot(w.version)), 1, if(source IN (SELECT source FROM late), 10000, 500)))) AS candidate
        FROM ops.watermarks AS w
        WHERE complete
        GROUP BY source, complete
    ),
    near AS
    (
        SELECT source, version, any(commit_time) AS commit_time
        FROM
        (
            SELECT source, version, commit_time, _offset, topic, incarnation, end, toUInt16(number - 1) AS partition
            FROM
            (
                SELECT source, version, commit_time, _offset, topic, incarnation, ends
                FROM ops.watermarks
                LEFT ARRAY JOIN topics AS topic, incarnations AS incarnation, next_offsets AS ends
                WHERE (source, complete, version) IN (SELECT source, complete, candidate FROM candidates)
            )
            LEFT ARRAY JOIN ends AS end, arrayEnumerate(ends) AS number
        ) AS e
        LEFT JOIN applied AS a ON a.topic = e.topic AND a.incarnation = e.incarnation AND a.partition = e.partition
        GROUP BY source, version, _offset
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
LEFT JOIN dead AS d ON d.source = r.source
