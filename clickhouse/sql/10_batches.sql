-- Batches that the sink sent to raw tables in the last day, from the server's own log of queries; a batch that was sent
-- again stands there again. Columns are named because the log's table is made with the first query: the view may come first.
--   time      when the insert ended
--   topic     the topic whose records they were; partition: of the topic
--   records   records of the topic in the batch: the sealed range of offsets
--   seconds   how long the insert took, the views over raw included
CREATE OR REPLACE VIEW ops.batches
(
    time      DateTime('UTC'),
    topic     String,
    partition UInt16,
    records   UInt64,
    seconds   Float64
)
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT
    toDateTime(q.event_time, 'UTC') AS time,
    sealed[2] AS topic,
    toUInt16OrZero(sealed[3]) AS partition,
    toUInt64OrZero(range[2]) - toUInt64OrZero(range[1]) + 1 AS records,
    q.query_duration_ms / 1000 AS seconds
FROM
(
    SELECT event_time, query_duration_ms, splitByChar('/', Settings['insert_deduplication_token']) AS sealed, splitByChar('-', sealed[4]) AS range
    FROM system.query_log
    WHERE event_date >= today() - 1 AND event_time > now() - INTERVAL 1 DAY AND type = 'QueryFinish' AND query_kind = 'Insert'
        AND startsWith(query, 'INSERT INTO `raw`')
) AS q
WHERE length(sealed) = 4;
