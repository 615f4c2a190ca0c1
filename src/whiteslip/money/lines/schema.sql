-- Credit lines with their live balances, and the limits granted on top of the fixed one.
-- credited_total_minor sums all that was ever credited to the line (repayments, refunds, waived late fees and what was split into a plan, less payouts): a statement takes the difference.
-- restriction_level and plans_barred are projections of the restrictions of the risk stream, credit_barred of a relief of the care stream that runs: each
-- is set in the same transaction as its cause, so that the guard of a purchase needs to look at nothing but its line.
CREATE TABLE money.line (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    fixed_limit_minor bigint NOT NULL CHECK (fixed_limit_minor BETWEEN 0 AND 20000000000),
    temporary_limit_minor bigint NOT NULL DEFAULT 0 CHECK (temporary_limit_minor >= 0),
    principal_minor bigint NOT NULL DEFAULT 0 CHECK (principal_minor >= 0),
    held_minor bigint NOT NULL DEFAULT 0 CHECK (held_minor >= 0),
    credit_minor bigint NOT NULL DEFAULT 0 CHECK (credit_minor >= 0),
    credited_total_minor bigint NOT NULL DEFAULT 0,
    turn bigint NOT NULL DEFAULT 0,
    opened_on date NOT NULL,
    product_id integer NOT NULL REFERENCES money.product (product_id),
    statement_day smallint NOT NULL CHECK (statement_day BETWEEN 1 AND 28),
    restriction_level smallint NOT NULL DEFAULT 0 CHECK (restriction_level BETWEEN 0 AND 5),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed', 'charged_off')),
    credit_barred boolean NOT NULL DEFAULT false,
    plans_barred boolean NOT NULL DEFAULT false,
    PRIMARY KEY (customer_id, line_id)
) WITH (fillfactor = 60);

CREATE TABLE money.temporary_limit (
    customer_id bigint NOT NULL,
    limit_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    starts_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on > starts_on),
    status text NOT NULL CHECK (status IN ('active', 'returned')),
    PRIMARY KEY (customer_id, limit_id)
);
CREATE INDEX temporary_limit_active ON money.temporary_limit (customer_id, ends_on) WHERE status = 'active';

CREATE TABLE money.limit_change (
    customer_id bigint NOT NULL,
    change_id bigint NOT NULL,
    line_id bigint NOT NULL,
    fixed_before_minor bigint NOT NULL,
    fixed_after_minor bigint NOT NULL,
    reason text NOT NULL,
    changed_on date NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, change_id)
);
