-- Facts from outside, from which features are computed beside those of the book.
CREATE TABLE decisioning.outside_fact (
    customer_id bigint NOT NULL,
    fact_no bigint NOT NULL,
    observed_on date NOT NULL,
    known_on date NOT NULL CHECK (known_on >= observed_on),
    whole bigint,
    ratio double precision,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 63),
    label text,
    source text NOT NULL CHECK (length(source) BETWEEN 1 AND 80),
    CHECK (num_nonnulls(whole, ratio, label) = 1),
    PRIMARY KEY (customer_id, fact_no)
) WITH (fillfactor = 100);
