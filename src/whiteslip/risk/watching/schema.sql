-- When a person has shown who they are, and how. What was odd before is odd no more; a row never changes.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.verification (
    customer_id bigint NOT NULL,
    verification_id bigint NOT NULL,
    verified_on date NOT NULL,
    verified_at timestamptz NOT NULL,
    method text NOT NULL CHECK (length(method) BETWEEN 1 AND 40),
    actor text NOT NULL CHECK (length(actor) > 0),
    PRIMARY KEY (customer_id, verification_id)
) WITH (fillfactor = 100);
