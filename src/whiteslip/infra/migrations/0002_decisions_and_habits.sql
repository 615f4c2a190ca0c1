-- Purchases say from which device and to which address; decisions are kept; habits are kept up.
ALTER TYPE money.purchase_status ADD VALUE 'referred';
ALTER TABLE money.purchase DROP CONSTRAINT purchase_check2;
ALTER TABLE money.purchase DROP CONSTRAINT purchase_check3;
ALTER TABLE money.purchase ADD COLUMN device bigint;
ALTER TABLE money.purchase ADD COLUMN address bigint;
ALTER TABLE money.purchase ADD CHECK ((status IN ('authorized', 'captured', 'voided', 'expired')) = (reasons IS NULL));
ALTER TABLE money.purchase ADD CHECK (status NOT IN ('captured', 'voided', 'expired') OR captured_minor + released_minor = authorized_minor);
-- Every decision as it was taken; a row is never changed. A decision about a purchase carries the purchase's number.
-- facts is a JSON array in the order of the inputs of that version of the book, null where a fact was missing.
-- scores are the models whose values are among the facts, each with its version and what it saw, if it was computed on the way.
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
-- What is usual for a person. All that was asked counts for the pace; only what was authorized teaches what is usual and whom to know.
-- recent_* are the latest 16 requests, oldest first. The sums are of ln(amount) over what was authorized, each halved for every 90 days
-- it lies before usual_at. devices, addresses and merchants are the first 32 distinct ones, which no refused request can enter.
CREATE TABLE decisioning.habit (
    customer_id bigint NOT NULL,
    requests integer NOT NULL CHECK (requests > 0),
    purchases integer NOT NULL CHECK (purchases BETWEEN 0 AND requests),
    usual_at timestamptz NOT NULL,
    usual_weight double precision NOT NULL CHECK (usual_weight >= 0),
    usual_sum double precision NOT NULL,
    usual_square_sum double precision NOT NULL CHECK (usual_square_sum >= 0),
    recent_at timestamptz [] NOT NULL CHECK (cardinality(recent_at) BETWEEN 1 AND 16),
    recent_minor bigint [] NOT NULL CHECK (cardinality(recent_minor) = cardinality(recent_at)),
    devices bigint [] NOT NULL CHECK (cardinality(devices) <= 32),
    addresses bigint [] NOT NULL CHECK (cardinality(addresses) <= 32),
    merchants bigint [] NOT NULL CHECK (cardinality(merchants) <= 32),
    PRIMARY KEY (customer_id)
) WITH (fillfactor = 60);
