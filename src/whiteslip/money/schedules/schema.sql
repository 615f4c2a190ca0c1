-- What is owed, row by row: a pay-later purchase has one installment, a plan one a month.
CREATE TYPE money.installment_kind AS ENUM ('pay_later', 'plan', 'revolving_fee');
CREATE TYPE money.installment_status AS ENUM ('open', 'settled', 'charged_off', 'written_off');

-- The revolving fees of a line have an installment of their own for each statement, which belongs to no purchase.
-- Credit that was paid out and proved never to have come is owed again as a row of no purchase, in full like an installment of a plan.
-- A plan's fee is owed once its statement closes, any other fee from the day it is charged.
CREATE TABLE money.installment (
    customer_id bigint NOT NULL,
    installment_id bigint NOT NULL,
    line_id bigint NOT NULL,
    purchase_id bigint,
    principal_minor bigint NOT NULL CHECK (principal_minor >= 0),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    late_fee_minor bigint NOT NULL DEFAULT 0 CHECK (late_fee_minor >= 0),
    paid_principal_minor bigint NOT NULL DEFAULT 0 CHECK (paid_principal_minor BETWEEN 0 AND principal_minor),
    paid_fee_minor bigint NOT NULL DEFAULT 0 CHECK (paid_fee_minor BETWEEN 0 AND fee_minor),
    paid_late_fee_minor bigint NOT NULL DEFAULT 0 CHECK (paid_late_fee_minor BETWEEN 0 AND late_fee_minor),
    statement_on date NOT NULL,
    due_on date NOT NULL CHECK (due_on > statement_on),
    captured_on date NOT NULL,
    carried_ppm integer NOT NULL DEFAULT 0 CHECK (carried_ppm BETWEEN 0 AND 999999),
    number smallint NOT NULL CHECK (number >= 1),
    kind money.installment_kind NOT NULL,
    status money.installment_status NOT NULL DEFAULT 'open',
    revolving boolean NOT NULL DEFAULT FALSE,
    CHECK (CASE kind WHEN 'revolving_fee' THEN purchase_id IS NULL WHEN 'pay_later' THEN purchase_id IS NOT NULL ELSE TRUE END),
    CHECK ((status = 'settled') = (paid_principal_minor = principal_minor AND paid_fee_minor = fee_minor AND paid_late_fee_minor = late_fee_minor)),
    PRIMARY KEY (customer_id, installment_id)
) WITH (fillfactor = 80);
CREATE INDEX installment_open ON money.installment (customer_id, due_on) WHERE status = 'open';
CREATE INDEX installment_purchase ON money.installment (customer_id, purchase_id);

-- What is owed of an installment's fee by the day its line has reached, and all that is owed of it; both are expressions that the planner puts in
-- the place of their call.
CREATE FUNCTION money.fee_owed(debt money.installment, reached date) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN debt.kind <> 'plan' OR debt.statement_on <= reached THEN debt.fee_minor - debt.paid_fee_minor ELSE 0 END;

CREATE FUNCTION money.owed(debt money.installment, reached date) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN debt.principal_minor - debt.paid_principal_minor + debt.late_fee_minor - debt.paid_late_fee_minor
    + money.fee_owed(debt, reached);
