-- What refunds owe to the sources that paid their purchases, latest first, and what of it was paid out to them.
CREATE TABLE money.refund_return (
    customer_id bigint NOT NULL,
    refund_id bigint NOT NULL,
    repayment_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    paid_out_minor bigint NOT NULL DEFAULT 0 CHECK (paid_out_minor BETWEEN 0 AND amount_minor),
    PRIMARY KEY (customer_id, refund_id, repayment_id)
);

-- Which sources a payout of the credit balance went back to, and how much of it to each.
CREATE TABLE money.returned_payout (
    customer_id bigint NOT NULL,
    payout_id bigint NOT NULL,
    repayment_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (customer_id, payout_id, repayment_id)
) WITH (fillfactor = 100);
