-- Outside parties that do not answer, the sales of a shop, and what is owed by a day.
-- How each outside party stands; a row of plumbing, written by the workers that ask it.
CREATE TABLE infra.outside_party (
    party text NOT NULL,
    address text,
    heard_at timestamptz,
    silent_since timestamptz,
    failure text,
    detail text,
    noted_at timestamptz NOT NULL,
    CHECK ((silent_since IS NULL) = (failure IS NULL)),
    PRIMARY KEY (party)
);

-- A shop's own sales, newest first; neither column ever changes, so updates stay in their page.
CREATE INDEX purchase_merchant ON money.purchase (merchant_id, purchase_id);

-- What is owed of an installment's fee by the day its line has reached, and all that is owed of it; both are expressions that the planner puts in
-- the place of their call.
CREATE FUNCTION money.fee_owed(debt money.installment, reached date) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN debt.kind <> 'plan' OR debt.statement_on <= reached THEN debt.fee_minor - debt.paid_fee_minor ELSE 0 END;

CREATE FUNCTION money.owed(debt money.installment, reached date) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN debt.principal_minor - debt.paid_principal_minor + debt.late_fee_minor - debt.paid_late_fee_minor
    + money.fee_owed(debt, reached);
