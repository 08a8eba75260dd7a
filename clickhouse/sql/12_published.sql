-- What capture published in the last three days: per minute and source, records, and how long a commit took from the
-- source to ClickHouse's knowing of it. A count is the growth of the topics' end offsets, so the first minute after a pause
-- holds what came in it.
--   minute    when the watermarks arrived
--   records   records that came into the source's topics
--   worst_lag, mean_lag   seconds between a commit and the arrival of its watermark
CREATE OR REPLACE VIEW ops.published
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT
    minute,
    source,
    greatest(0, end - lagInFrame(end, 1, end) OVER (PARTITION BY source ORDER BY minute ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) AS records,
    worst_lag,
    mean_lag
FROM
(
    SELECT
        toStartOfMinute(w.received_at) AS minute,
        w.source AS source,
        toInt64(max(arraySum(ends -> arraySum(ends), w.next_offsets))) AS end,
        max(greatest(0, dateDiff('millisecond', w.commit_time, w.received_at))) / 1000 AS worst_lag,
        avg(greatest(0, dateDiff('millisecond', w.commit_time, w.received_at))) / 1000 AS mean_lag
    FROM ops.watermarks AS w
    WHERE w.complete
    GROUP BY minute, source
);
