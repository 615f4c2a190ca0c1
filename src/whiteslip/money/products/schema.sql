-- Published product versions: the terms as written, and as columns what set statements read. Rows never change.
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
    allocation text [] NOT NULL CHECK (cardinality(allocation) = 3),
    PRIMARY KEY (product_id),
    UNIQUE (name, version)
);
