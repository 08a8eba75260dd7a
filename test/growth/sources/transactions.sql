SELECT
    toUUID(toString(reinterpretAsUUID(toUInt128(k)))) AS id,
    if(h % 12 = 0, 'refund', 'payment') AS kind,
    ['credit_card', 'debit_card', 'boleto', 'voucher', 'pix', 'not_defined'][1 + h % 6] AS method,
    if(v = 0, 'pending', ['captured', 'failed', 'voided'][1 + least(h % 9, 2)]) AS status,
    if(h % 9 = 1, toNullable(['limit', 'expired', 'fraud'][1 + h % 3]), NULL) AS failure_reason,
    toDecimal64(h % 90000, 2) AS amount,
    if(h % 50 = 0, 'USD', 'BRL') AS currency,
    toInt16(1 + h % 12) AS installments,
    toInt16(1 + h % 2) AS attempt,
    toDateTime64('2020-01-01 00:00:00', 6, 'UTC') + toIntervalSecond(intDiv(k * 86400, 50000)) AS created_at,
    sign AS _sign
