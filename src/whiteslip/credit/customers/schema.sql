-- People who may hold a line. The shop's own reference is opaque to us.
CREATE SCHEMA IF NOT EXISTS credit;
CREATE SEQUENCE credit.customer_number;

CREATE TABLE credit.customer (
    customer_id bigint NOT NULL DEFAULT nextval('credit.customer_number'),
    reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
    display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 80),
    language text NOT NULL CHECK (language IN ('zh', 'en')),
    joined_on date NOT NULL,
    PRIMARY KEY (customer_id)
);
