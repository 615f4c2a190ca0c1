-- What others told us of a customer: each fact speaks of one day and was learned on one; a correction is a further row, and no row ever changes.
-- Exactly one of whole (counts, amounts in minor units, 0 and 1 for truths), ratio and label holds the value, as the name's declaration says.
CREATE SCHEMA IF NOT EXISTS decisioning;

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
