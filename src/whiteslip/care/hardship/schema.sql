-- Reliefs, each move of one, what is to be paid by when, and the thread of messages about it.
-- While a relief runs, stops_fees, pauses_reminders and bars_credit say what others must not do on its line.
CREATE SCHEMA IF NOT EXISTS care;

CREATE TABLE care.relief (
    customer_id bigint NOT NULL,
    relief_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
    turn bigint NOT NULL DEFAULT 0,
    moved_at timestamptz NOT NULL,
    asked_on date NOT NULL,
    expires_on date NOT NULL,
    started_on date,
    ends_on date NOT NULL,
    finished_on date,
    steps integer NOT NULL DEFAULT 1 CHECK (steps > 0),
    needs_approval boolean NOT NULL,
    stops_fees boolean NOT NULL,
    pauses_reminders boolean NOT NULL,
    bars_credit boolean NOT NULL,
    form text NOT NULL CHECK (
        form IN (
            'promise', 'deferral', 'extension', 'installments', 'seasonal', 'holiday', 'due_day', 're_age', 're_amortize', 'new_terms'
        )
    ),
    status text NOT NULL CHECK (
        status IN ('countered', 'offered', 'agreed', 'running', 'kept', 'broken', 'cancelled', 'refused', 'lapsed')
    ),
    proposed_by text NOT NULL CHECK (length(proposed_by) > 0),
    offered_by text,
    terms jsonb NOT NULL,
    acted_number bigint,
    CHECK ((status IN ('countered', 'offered', 'agreed', 'running')) = (finished_on IS NULL)),
    CHECK (status NOT IN ('running', 'kept', 'broken') OR started_on IS NOT NULL),
    CHECK ((started_on IS NULL) = (acted_number IS NULL)),
    PRIMARY KEY (customer_id, relief_id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX relief_live ON care.relief (customer_id, line_id) WHERE status IN ('countered', 'offered', 'agreed', 'running');

CREATE TABLE care.relief_event (
    customer_id bigint NOT NULL,
    relief_id bigint NOT NULL,
    step integer NOT NULL,
    happened_at timestamptz NOT NULL,
    happened_on date NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    terms jsonb NOT NULL,
    PRIMARY KEY (customer_id, relief_id, step)
) WITH (fillfactor = 100);

CREATE TABLE care.relief_due (
    customer_id bigint NOT NULL,
    relief_id bigint NOT NULL,
    installment_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    due_on date NOT NULL,
    PRIMARY KEY (customer_id, relief_id, installment_id)
) WITH (fillfactor = 100);

CREATE TABLE care.relief_message (
    customer_id bigint NOT NULL,
    relief_id bigint NOT NULL,
    message_id bigint NOT NULL,
    written_at timestamptz NOT NULL,
    side text NOT NULL CHECK (side IN ('customer', 'staff', 'program')),
    author text NOT NULL CHECK (length(author) > 0),
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 2000),
    PRIMARY KEY (customer_id, relief_id, message_id)
) WITH (fillfactor = 100);

-- The steps taken on the way from a missed due to the proposal of a charge-off; each once an episode.
CREATE TABLE care.arrears_step (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    since_on date NOT NULL,
    taken_at timestamptz NOT NULL,
    taken_on date NOT NULL,
    days_past_due integer NOT NULL CHECK (days_past_due > 0),
    number smallint NOT NULL CHECK (number > 0),
    step text NOT NULL,
    PRIMARY KEY (customer_id, line_id, since_on, number)
) WITH (fillfactor = 100);
