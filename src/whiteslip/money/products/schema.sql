-- Published product versions: the terms as written, and as columns what set statements read. Rows never change.
-- credit_*: the product's allocation policy for the use of credit balances; its order is of due states and components, such as "past due: fee".
CREATE TABLE money.product (
    product_id integer NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    effective_on date NOT NULL,
    terms text NOT NULL,
    due_days smallint NOT NULL CHECK (due_days BETWEEN 1 AND 60),
    minimum_ppm integer NOT NULL CHECK (minimum_ppm BETWEEN 0 AND 1000000),
    revolving_fee_ppm integer NOT NULL CHECK (revolving_fee_ppm BETWEEN 0 AND 657),
    late_fee_ppm integer NOT NULL CHECK (late_fee_ppm BETWEEN 0 AND 657),
    grace_days smallint NOT NULL CHECK (grace_days BETWEEN 0 AND 60),
    credit_order text [] NOT NULL CHECK (cardinality(credit_order) = 9),
    credit_by_component boolean NOT NULL,
    credit_future text CHECK (credit_future IN ('next', 'last', 'evenly')),
    PRIMARY KEY (product_id),
    UNIQUE (name, version)
);
