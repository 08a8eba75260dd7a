SELECT
    toString(k) AS number,
    ['damaged', 'wrong_item', 'not_as_described', 'late', 'changed_mind'][1 + h % 5] AS reason,
    toNullable(toString(h % 70)) AS category,
    toDecimal64(h % 9000, 2) AS amount,
    if(h % 50 = 0, 'USD', 'BRL') AS currency,
    if(v = 0, 'requested', 'refunded') AS status,
    toDateTime64('2020-01-01 00:00:00', 6, 'UTC') + toIntervalSecond(intDiv(k * 86400, 50000)) AS opened_at,
    sign AS _sign
