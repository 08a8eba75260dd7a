DO $$ BEGIN CREATE TYPE transaction_kind AS ENUM ('payment', 'refund'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE TYPE payment_method AS ENUM ('credit_card', 'debit_card', 'boleto', 'voucher', 'pix', 'not_defined'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE TYPE transaction_status AS ENUM ('pending', 'captured', 'failed', 'voided'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE TYPE delivery_status AS ENUM ('preparing', 'in_transit', 'delivered', 'lost'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE TYPE return_reason AS ENUM ('damaged', 'wrong_item', 'not_as_described', 'late', 'changed_mind', 'lost', 'canceled', 'unavailable'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE TYPE return_status AS ENUM ('requested', 'accepted', 'received', 'refunded', 'rejected'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;

-- order_id points into MongoDB, where orders live: no foreign key can hold it.
CREATE TABLE IF NOT EXISTS transactions (
    id             uuid PRIMARY KEY,
    order_id       text NOT NULL,
    payment_id     uuid REFERENCES transactions (id),
    kind           transaction_kind NOT NULL,
    method         payment_method NOT NULL,
    status         transaction_status NOT NULL,
    amount         numeric(12, 2) NOT NULL CHECK (amount >= 0),
    currency       text NOT NULL,
    installments   smallint NOT NULL,
    attempt        smallint NOT NULL,
    failure_reason text,
    details        jsonb NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    CHECK ((kind = 'refund') = (payment_id IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS transactions_order ON transactions (order_id);
CREATE INDEX IF NOT EXISTS transactions_payment ON transactions (payment_id);

CREATE TABLE IF NOT EXISTS deliveries (
    order_id       text NOT NULL,
    parcel         smallint NOT NULL,
    transaction_id uuid REFERENCES transactions (id),
    carrier        text NOT NULL,
    status         delivery_status NOT NULL,
    state          text NOT NULL,
    cost           numeric(10, 2) NOT NULL,
    currency       text NOT NULL,
    tracking       text,
    estimated_at   timestamptz NOT NULL,
    shipped_at     timestamptz,
    delivered_at   timestamptz,
    updated_at     timestamptz NOT NULL,
    PRIMARY KEY (order_id, parcel)
);
CREATE INDEX IF NOT EXISTS deliveries_transaction ON deliveries (transaction_id);

CREATE TABLE IF NOT EXISTS returns (
    number         text PRIMARY KEY,
    transaction_id uuid NOT NULL REFERENCES transactions (id),
    order_id       text NOT NULL,
    reason         return_reason NOT NULL,
    category       text,
    amount         numeric(12, 2) NOT NULL,
    currency       text NOT NULL,
    status         return_status NOT NULL,
    notes          text,
    opened_at      timestamptz NOT NULL,
    closed_at      timestamptz,
    updated_at     timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS returns_transaction ON returns (transaction_id);

-- Updates and deletes then carry the whole old row: nothing downstream has to look it up.
ALTER TABLE transactions REPLICA IDENTITY FULL;
ALTER TABLE deliveries REPLICA IDENTITY FULL;
ALTER TABLE returns REPLICA IDENTITY FULL;
