-- What was agreed to with each plan, written with its purchase and never changed: the rows as they were said (principal, fee, statement and due date
-- of each month), what they cost, and when they were shown and confirmed. by_real_days: the fees follow the day of the capture.
CREATE TABLE money.disclosure (
    customer_id bigint NOT NULL,
    purchase_id bigint NOT NULL,
    principal_minor bigint NOT NULL CHECK (principal_minor > 0),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    shown_at timestamptz,
    confirmed_at timestamptz NOT NULL,
    disclosed_on date NOT NULL,
    product_id integer NOT NULL,
    simple_ppm integer NOT NULL CHECK (simple_ppm >= 0),
    compound_ppm integer NOT NULL CHECK (compound_ppm >= simple_ppm),
    late_fee_ppm integer NOT NULL CHECK (late_fee_ppm >= 0),
    months smallint NOT NULL CHECK (months BETWEEN 2 AND 60),
    is_named boolean NOT NULL,
    by_real_days boolean NOT NULL,
    version text NOT NULL CHECK (length(version) = 44),
    installments jsonb NOT NULL CHECK (jsonb_array_length(installments) = months),
    CHECK (shown_at IS NULL OR (is_named AND shown_at <= confirmed_at)),
    PRIMARY KEY (customer_id, purchase_id)
) WITH (fillfactor = 100);
