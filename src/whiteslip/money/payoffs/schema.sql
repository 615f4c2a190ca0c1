-- Early settlements, each beside the repayment that paid it; dropped_minor are the fees of future periods, which were never owed.
CREATE TABLE money.payoff (
    customer_id bigint NOT NULL,
    repayment_id bigint NOT NULL,
    line_id bigint NOT NULL,
    purchase_id bigint,
    principal_minor bigint NOT NULL CHECK (principal_minor >= 0),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    late_fee_minor bigint NOT NULL CHECK (late_fee_minor >= 0),
    dropped_minor bigint NOT NULL CHECK (dropped_minor >= 0),
    split_id bigint,
    settled_on date NOT NULL,
    scope text NOT NULL CHECK (scope IN ('plan', 'statement', 'everything')),
    version text NOT NULL CHECK (length(version) = 32),
    undone_by bigint,
    CHECK (num_nonnulls(purchase_id, split_id) = CASE scope WHEN 'plan' THEN 1 ELSE 0 END),
    PRIMARY KEY (customer_id, repayment_id)
) WITH (fillfactor = 100);
