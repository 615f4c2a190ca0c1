-- Shops that sell on credit; what we keep of each sale is their fee in parts per million. A category never changes: habits rest on it.
CREATE SEQUENCE money.merchant_number;

CREATE TABLE money.merchant (
    merchant_id bigint NOT NULL DEFAULT nextval('money.merchant_number'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    fee_ppm integer NOT NULL CHECK (fee_ppm BETWEEN 0 AND 500000),
    status text NOT NULL CHECK (status IN ('open', 'closed')),
    created_at timestamptz NOT NULL,
    category text NOT NULL DEFAULT 'other' CHECK (length(category) BETWEEN 1 AND 40),
    PRIMARY KEY (merchant_id)
);
