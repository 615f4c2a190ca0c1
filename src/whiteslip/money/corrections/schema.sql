-- Repayments taken back by whoever sent them, and repayments that count from an earlier day: the line's life was lived again, and what differs was
-- booked on the day of the correction with the day it counts from. Nothing that was posted is changed: a movement that no longer holds is undone by another.
CREATE TABLE money.correction (
    customer_id bigint NOT NULL,
    correction_id bigint NOT NULL,
    line_id bigint NOT NULL,
    repayment_id bigint NOT NULL,
    corrected_at timestamptz NOT NULL,
    value_on date NOT NULL,
    corrected_on date NOT NULL CHECK (corrected_on >= value_on),
    kind text NOT NULL CHECK (kind IN ('reversed', 'added_to_next', 'back_dated')),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 40),
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL CHECK (length(note) <= 2000),
    PRIMARY KEY (customer_id, correction_id)
) WITH (fillfactor = 100);
CREATE UNIQUE INDEX correction_once ON money.correction (customer_id, repayment_id, (kind = 'back_dated'));

-- Money received, with the day it was known from and the day it was taken back; NULL while it stands.
CREATE VIEW money.received AS
SELECT
    repayment.customer_id, repayment.repayment_id, repayment.line_id, repayment.amount_minor, repayment.allocated_minor, repayment.credit_minor,
    repayment.method, repayment.repaid_on, repayment.repaid_at, coalesce(dated.corrected_on, repayment.repaid_on) AS known_on,
    gone.corrected_on AS reversed_on
FROM money.repayment
LEFT JOIN money.correction AS dated
    ON dated.customer_id = repayment.customer_id AND dated.repayment_id = repayment.repayment_id AND dated.kind = 'back_dated'
LEFT JOIN money.correction AS gone
    ON gone.customer_id = repayment.customer_id AND gone.repayment_id = repayment.repayment_id AND gone.kind <> 'back_dated';

-- What moved because of a correction: undoes_id is the movement it takes back (its legs the other way round), or NULL for one that holds from value_on.
CREATE TABLE money.corrected_movement (
    customer_id bigint NOT NULL,
    movement_id bigint NOT NULL,
    correction_id bigint NOT NULL,
    undoes_id bigint,
    value_on date NOT NULL,
    PRIMARY KEY (customer_id, movement_id)
) WITH (fillfactor = 100);
CREATE UNIQUE INDEX corrected_movement_undone ON money.corrected_movement (customer_id, undoes_id) WHERE undoes_id IS NOT NULL;

-- Installments that only another life of the line has, by the key that life knows them by, and those that no life has any more.
CREATE TABLE money.corrected_installment (
    customer_id bigint NOT NULL,
    installment_id bigint NOT NULL,
    correction_id bigint NOT NULL,
    is_gone boolean NOT NULL,
    key text NOT NULL,
    PRIMARY KEY (customer_id, installment_id)
);

-- Where money had gone before a correction sent it elsewhere.
CREATE TABLE money.undone_allocation (
    customer_id bigint NOT NULL,
    correction_id bigint NOT NULL,
    source_id bigint NOT NULL,
    installment_id bigint NOT NULL,
    principal_minor bigint NOT NULL,
    fee_minor bigint NOT NULL,
    late_fee_minor bigint NOT NULL,
    allocated_on date NOT NULL,
    PRIMARY KEY (customer_id, correction_id, source_id, installment_id)
) WITH (fillfactor = 100);

-- What statements not due yet asked for before a correction.
CREATE TABLE money.corrected_statement (
    customer_id bigint NOT NULL,
    correction_id bigint NOT NULL,
    line_id bigint NOT NULL,
    minimum_before_minor bigint NOT NULL,
    pay_later_before_minor bigint NOT NULL,
    pay_later_minimum_before_minor bigint NOT NULL,
    statement_on date NOT NULL,
    PRIMARY KEY (customer_id, correction_id, statement_on)
) WITH (fillfactor = 100);
