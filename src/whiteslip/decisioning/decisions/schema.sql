-- Every decision as it was taken; a row is never changed. A decision about a purchase carries the purchase's number.
-- facts is a JSON array in the order of the inputs of that version of the book, null where a fact was missing.
-- scores are the models whose values are among the facts, each with its version and what it saw, if it was computed on the way.
CREATE SCHEMA IF NOT EXISTS decisioning;

CREATE TABLE decisioning.decision (
    customer_id bigint NOT NULL,
    decision_id bigint NOT NULL,
    book_version integer NOT NULL,
    outcome smallint NOT NULL CHECK (outcome BETWEEN 0 AND 6),
    decided_on date NOT NULL,
    fired bigint NOT NULL,
    unknown bigint NOT NULL,
    decided_at timestamptz NOT NULL,
    book text NOT NULL,
    facts text NOT NULL,
    reasons text [] NOT NULL CHECK (cardinality(reasons) <= 4),
    scores jsonb,
    PRIMARY KEY (customer_id, decision_id)
) WITH (fillfactor = 100);
