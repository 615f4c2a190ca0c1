-- What accounts share, the rings shown to people, and a case of their own kind.
CREATE TABLE risk.network_link (
    customer_id bigint NOT NULL,
    entity bigint NOT NULL,
    first_on date NOT NULL,
    last_on date NOT NULL CHECK (last_on >= first_on),
    times integer NOT NULL CHECK (times > 0),
    kind text NOT NULL CHECK (kind IN ('device', 'phone', 'address')),
    PRIMARY KEY (customer_id, kind, entity)
);

CREATE TABLE risk.weave (
    woven_on date NOT NULL,
    woven_at timestamptz NOT NULL,
    PRIMARY KEY (woven_on)
) WITH (fillfactor = 100);

CREATE TABLE risk.ring (
    customer_id bigint NOT NULL,
    ring_id bigint NOT NULL,
    case_id bigint NOT NULL,
    raised_at timestamptz NOT NULL,
    raised_on date NOT NULL,
    score double precision NOT NULL CHECK (score BETWEEN 0 AND 1),
    evidence jsonb NOT NULL,
    PRIMARY KEY (customer_id, ring_id)
) WITH (fillfactor = 100);

ALTER TABLE risk.review_case DROP CONSTRAINT review_case_kind_check;
ALTER TABLE risk.review_case ADD CONSTRAINT review_case_kind_check CHECK (
    kind IN (
        'suspension', 'fraud', 'limit', 'application', 'identity', 'relief', 'appeal', 'human_decision', 'complaint', 'data_correction',
        'downturn', 'debit', 'run', 'purchase', 'ring'
    )
);
ALTER TABLE risk.review_case DROP CONSTRAINT review_case_subject_type_check;
ALTER TABLE risk.review_case ADD CONSTRAINT review_case_subject_type_check CHECK (
    subject_type IN (
        'restriction', 'limit_change', 'limit_review', 'application', 'decision', 'fee', 'bureau_report', 'relief', 'appeal', 'complaint',
        'cause', 'run', 'limit_run', 'line', 'customer', 'purchase', 'ring'
    )
);
