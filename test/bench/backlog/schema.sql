-- The tables that are captured, and the procedures that fill them. Every value but the times is made from its row's
-- number, so that every run drains the same changes.
CREATE TYPE method AS ENUM ('card', 'paypal', 'transfer', 'invoice');
CREATE TYPE status AS ENUM ('created', 'authorized', 'captured', 'refunded');

CREATE TABLE transactions (
    id         bigint PRIMARY KEY,
    order_id   uuid NOT NULL,
    user_id    bigint NOT NULL,
    amount     numeric(12, 2) NOT NULL,
    currency   text NOT NULL,
    method     method NOT NULL,
    status     status NOT NULL,
    city       text NOT NULL,
    note       text,
    details    jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz
);
CREATE TABLE deliveries (
    id         bigint PRIMARY KEY,
    order_id   uuid NOT NULL,
    carrier    text NOT NULL,
    tracking   text NOT NULL,
    status     status NOT NULL,
    created_at timestamptz NOT NULL
);
-- As preflight recommends: an update carries the whole old row, and the sink looks nothing up.
ALTER TABLE transactions REPLICA IDENTITY FULL;
ALTER TABLE deliveries REPLICA IDENTITY FULL;
CREATE PUBLICATION tidemark FOR TABLE transactions, deliveries;

-- draw gives a number below n that depends on i and on which draw it is.
CREATE FUNCTION draw(i bigint, which int, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (hashint8extended(i, which) & 9223372036854775807) % n $$;

CREATE FUNCTION order_of(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT md5(i::text)::uuid $$;

-- transaction_of is a set of one row, because only then the planner takes it apart instead of calling it per row.
CREATE FUNCTION transaction_of(i bigint, made timestamptz) RETURNS SETOF transactions LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT i, order_of(i), draw(i, 1, 1000000), draw(i, 2, 10000000) / 100.0,
        (ARRAY['USD', 'EUR', 'BRL', 'GBP'])[1 + draw(i, 3, 4)], (ARRAY['card', 'paypal', 'transfer', 'invoice'])[1 + draw(i, 4, 4)]::method,
        'created'::status, (ARRAY['Lisboa', 'São Paulo', 'Wien', 'Kraków', 'Utrecht'])[1 + draw(i, 5, 5)],
        CASE WHEN draw(i, 6, 4) = 0 THEN 'paid in ' || draw(i, 7, 12) || ' parts' END,
        jsonb_build_object('channel', 'web', 'attempt', draw(i, 8, 3), 'items', jsonb_build_array(draw(i, 9, 5000), draw(i, 10, 5000))),
        made, NULL::timestamptz
$$;

-- insert_backlog inserts rows first+1 .. first+rows, a thousand in each transaction.
CREATE PROCEDURE insert_backlog(first bigint, rows bigint) LANGUAGE plpgsql AS $$
DECLARE at bigint := first;
BEGIN
    WHILE at < first + rows LOOP
        INSERT INTO transactions
        SELECT t.* FROM generate_series(at + 1, least(at + 1000, first + rows)) i, transaction_of(i, now()) t;
        COMMIT;
        at := at + 1000;
    END LOOP;
END $$;

-- mixed_backlog runs small transactions behind first rows: each inserts a transaction and its delivery, seven of ten
-- update an earlier transaction, one in fifty deletes one. It counts what it changed.
CREATE PROCEDURE mixed_backlog(first bigint, transactions bigint, INOUT inserts bigint, INOUT updates bigint, INOUT deletes bigint)
LANGUAGE plpgsql AS $$
DECLARE i bigint; n bigint; kept bigint := first * 9 / 10;
BEGIN
    inserts := 0; updates := 0; deletes := 0;
    FOR i IN first + 1 .. first + transactions LOOP
        INSERT INTO transactions SELECT * FROM transaction_of(i, now());
        INSERT INTO deliveries VALUES (i, order_of(i), 'dhl', 'TRK' || lpad(i::text, 12, '0'), 'created', now());
        inserts := inserts + 2;
        IF draw(i, 20, 1000) < 700 THEN
            UPDATE transactions SET status = 'captured', amount = draw(i, 21, 10000000) / 100.0, updated_at = now()
            WHERE id = 1 + draw(i, 22, kept);
            GET DIAGNOSTICS n = ROW_COUNT;
            updates := updates + n;
        END IF;
        IF draw(i, 23, 1000) >= 980 THEN
            DELETE FROM transactions WHERE id = kept + 1 + draw(i, 24, first - kept);
            GET DIAGNOSTICS n = ROW_COUNT;
            deletes := deletes + n;
        END IF;
        COMMIT;
    END LOOP;
END $$;
