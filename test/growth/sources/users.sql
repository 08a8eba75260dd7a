SELECT
    toString(k) AS id,
    toString(h % 27) AS state,
    ['basic', 'silver', 'gold'][1 + h % 3] AS tier,
    v = 1 AS anonymised,
    toInt64(h % 9000 + v) AS points,
    toDateTime64('2020-01-01 00:00:00', 3, 'UTC') + toIntervalSecond(intDiv(k * 86400, 50000)) AS created_at,
    sign AS _sign
