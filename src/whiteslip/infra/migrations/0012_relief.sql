-- Relief, causes and disputes: late fees that stand still, and a fee for a deferral.
ALTER TYPE money.account ADD VALUE 'deferral_fee_income' AFTER 'late_fee_income';
ALTER TYPE money.movement_kind ADD VALUE 'deferral_fee' AFTER 'late_fee';

CREATE TABLE money.fee_pause (
    customer_id bigint NOT NULL,
    pause_id bigint NOT NULL,
    line_id bigint NOT NULL,
    purchase_id bigint,
    starts_on date NOT NULL,
    ends_on date CHECK (ends_on >= starts_on),
    reason text NOT NULL CHECK (reason IN ('relief', 'dispute')),
    PRIMARY KEY (customer_id, pause_id)
);
