SELECT
    toString(k) AS order_id,
    toString(h % 12) AS carrier,
    if(v = 0, 'in_transit', 'delivered') AS status,
    toString(h % 27) AS state,
    toDecimal64(h % 90, 2) AS cost,
    if(h % 50 = 0, 'USD', 'BRL') AS currency,
    toDateTime64('2020-01-10 00:00:00', 6, 'UTC') + toIntervalSecond(intDiv(k * 86400, 50000)) AS estimated_at,
    estimated_at - toIntervalDay(8) AS shipped_at,
    if(v = 0, NULL, estimated_at + toIntervalDay(toInt32(h % 12) - 8)) AS delivered_at,
    sign AS _sign
