-- Claims: what was proposed, given up as an asset, came in later and was written off, each step by two people. oldest_due_on keeps the episode of arrears
-- open while the claim stands. The rows of a claim are the line's installments with the status charged_off, then settled or written_off.
CREATE TABLE money.charge_off (
    customer_id bigint NOT NULL,
    charge_off_id bigint NOT NULL,
    line_id bigint NOT NULL,
    principal_minor bigint NOT NULL DEFAULT 0 CHECK (principal_minor >= 0),
    fee_minor bigint NOT NULL DEFAULT 0 CHECK (fee_minor >= 0),
    late_fee_minor bigint NOT NULL DEFAULT 0 CHECK (late_fee_minor >= 0),
    recovered_minor bigint NOT NULL DEFAULT 0 CHECK (recovered_minor >= 0),
    written_off_minor bigint NOT NULL DEFAULT 0 CHECK (written_off_minor >= 0),
    proposed_at timestamptz NOT NULL,
    decided_at timestamptz,
    ended_at timestamptz,
    proposed_on date NOT NULL,
    oldest_due_on date NOT NULL,
    decided_on date,
    ended_on date,
    days_past_due integer NOT NULL CHECK (days_past_due > 0),
    state text NOT NULL CHECK (state IN ('proposed', 'refused', 'charged_off', 'ending', 'recovered', 'written_off')),
    proposed_by text NOT NULL CHECK (length(proposed_by) > 0),
    decided_by text,
    ending_by text,
    ended_by text,
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 2000),
    acted_number bigint,
    ended_number bigint,
    CHECK ((state = 'proposed') = (decided_by IS NULL)),
    CHECK ((acted_number IS NULL) = (decided_by IS NULL)),
    CHECK (decided_by <> proposed_by),
    CHECK (ended_by <> ending_by),
    CHECK ((state IN ('proposed', 'refused')) = (principal_minor + fee_minor + late_fee_minor = 0)),
    CHECK (recovered_minor + written_off_minor <= principal_minor + fee_minor + late_fee_minor),
    CHECK ((state IN ('recovered', 'written_off')) = (ended_on IS NOT NULL)),
    CHECK (ended_on IS NULL OR recovered_minor + written_off_minor = principal_minor + fee_minor + late_fee_minor),
    CHECK ((state = 'written_off') = (ended_by IS NOT NULL)),
    CHECK (state <> 'written_off' OR ended_number IS NOT NULL),
    PRIMARY KEY (customer_id, charge_off_id)
);
CREATE UNIQUE INDEX charge_off_live ON money.charge_off (customer_id, line_id) WHERE state IN ('proposed', 'charged_off', 'ending');

-- What came in for a claim: recovery_id is the number of the repayment, or of the refund that was set off, cost_minor what enforcing it cost.
CREATE TABLE money.recovery (
    customer_id bigint NOT NULL,
    recovery_id bigint NOT NULL,
    line_id bigint NOT NULL,
    charge_off_id bigint NOT NULL,
    cost_minor bigint NOT NULL CHECK (cost_minor >= 0),
    claim_minor bigint NOT NULL CHECK (claim_minor >= 0),
    recovered_on date NOT NULL,
    PRIMARY KEY (customer_id, recovery_id)
) WITH (fillfactor = 100);
