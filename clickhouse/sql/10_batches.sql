-- The last batch of each hour and topic-partition, as far as ops.applied keeps them: how large batches are. Every batch would
-- be a row more per insert, and the server's own log of queries does not outlive a restart everywhere.
--   time      when it was in ClickHouse
--   records   records of the topic in it: the sealed range of offsets
--   rows      signed rows that it wrote to raw
CREATE OR REPLACE VIEW ops.batches
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS
SELECT
    a.inserted_at AS time,
    a.topic AS topic,
    a.partition AS partition,
    a.last_offset - a.first_offset + 1 AS records,
    a.rows AS rows
FROM ops.applied AS a FINAL
WHERE a.inserted_at > now64(3, 'UTC') - INTERVAL 14 DAY;
