-- Statements turned into plans, each at most once, and the installments it made; what the minimum payment was before stays known.
CREATE TABLE money.statement_split (
    customer_id bigint NOT NULL,
    split_id bigint NOT NULL,
    line_id bigint NOT NULL,
    principal_minor bigint NOT NULL CHECK (principal_minor > 0),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    minimum_before_minor bigint NOT NULL CHECK (minimum_before_minor >= 0),
    minimum_after_minor bigint NOT NULL CHECK (minimum_after_minor BETWEEN 0 AND minimum_before_minor),
    statement_on date NOT NULL,
    split_on date NOT NULL CHECK (split_on >= statement_on),
    months smallint NOT NULL CHECK (months BETWEEN 2 AND 60),
    version text NOT NULL CHECK (length(version) = 32),
    undone_by bigint,
    PRIMARY KEY (customer_id, split_id),
    UNIQUE (customer_id, line_id, statement_on)
) WITH (fillfactor = 100);

CREATE TABLE money.split_part (
    customer_id bigint NOT NULL,
    installment_id bigint NOT NULL,
    split_id bigint NOT NULL,
    PRIMARY KEY (customer_id, installment_id)
) WITH (fillfactor = 100);
