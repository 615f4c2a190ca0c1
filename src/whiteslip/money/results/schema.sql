-- What banks said, each result once: a result told again has the same number. did says what came of it.
CREATE TABLE money.bank_result (
    amount_minor bigint NOT NULL,
    told_at timestamptz NOT NULL,
    booked_on date NOT NULL,
    bank text NOT NULL CHECK (length(bank) BETWEEN 1 AND 40),
    result_id text NOT NULL CHECK (length(result_id) BETWEEN 1 AND 200),
    reference text NOT NULL CHECK (length(reference) <= 80),
    outcome text NOT NULL CHECK (outcome IN ('paid', 'failed', 'returned')),
    currency text NOT NULL CHECK (length(currency) <= 8),
    reason text CHECK (length(reason) <= 35),
    source text NOT NULL CHECK (length(source) BETWEEN 1 AND 80),
    did text CHECK (did IN ('paid', 'failed', 'returned', 'noted', 'queued', 'suspended')),
    PRIMARY KEY (bank, result_id)
) WITH (fillfactor = 90);
-- What was said to be paid, by the reference it is about: another source may say the same.
CREATE INDEX bank_result_paid ON money.bank_result (reference) WHERE did = 'paid';

-- Where a bank's results are read on from.
CREATE TABLE money.bank_place (
    bank text NOT NULL,
    place text NOT NULL,
    PRIMARY KEY (bank)
) WITH (fillfactor = 50);

-- Files of results as they were taken, each once by its content; report is what was answered.
CREATE TABLE money.bank_file (
    taken_at timestamptz NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    bank text NOT NULL CHECK (length(bank) BETWEEN 1 AND 40),
    report jsonb NOT NULL,
    PRIMARY KEY (bank, digest)
) WITH (fillfactor = 100);
