-- Monthly statements: previous + charged - credited = balance, and a negative balance is the customer's own money.
CREATE TABLE money.statement (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    statement_on date NOT NULL,
    due_on date NOT NULL CHECK (due_on > statement_on),
    previous_minor bigint NOT NULL,
    charged_minor bigint NOT NULL,
    credited_minor bigint NOT NULL,
    balance_minor bigint NOT NULL,
    credited_total_minor bigint NOT NULL,
    minimum_minor bigint NOT NULL CHECK (minimum_minor >= 0),
    pay_later_minor bigint NOT NULL CHECK (pay_later_minor >= 0),
    pay_later_minimum_minor bigint NOT NULL CHECK (pay_later_minimum_minor BETWEEN 0 AND pay_later_minor),
    CHECK (previous_minor + charged_minor - credited_minor = balance_minor),
    PRIMARY KEY (customer_id, line_id, statement_on)
);
-- What falls due in a window: statements lie in the order of their days.
CREATE INDEX statement_due ON money.statement USING brin (due_on) WITH (pages_per_range = 32);
