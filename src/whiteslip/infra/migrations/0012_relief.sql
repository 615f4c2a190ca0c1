-- Relief, causes and disputes: late fees that stand still, and a fee for a deferral.
ALTER TYPE money.account ADD VALUE 'deferral_fee_income' AFTER 'late_fee_income';
ALTER TYPE money.movement_kind ADD VALUE 'deferral_fee' AFTER 'late_fee';

CREATE TABLE money.fee_pause (
    customer_id bigint NOT NULL,
    pause_id bigint NOT NULL,
    line_id bigint NOT NULL,
    purchase_id bigint,
    starts_on date NOT NULL,
    ends_on date CHECK (ends_on >= starts_on),
    reason text NOT NULL CHECK (reason IN ('relief', 'dispute', 'treatment')),
    PRIMARY KEY (customer_id, pause_id)
);

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
    form text NOT NULL CHECK (form IN ('promise', 'deferral', 'extension', 'installments', 'seasonal')),
    status text NOT NULL CHECK (
        status IN ('countered', 'offered', 'agreed', 'running', 'kept', 'broken', 'cancelled', 'refused', 'lapsed')
    ),
    proposed_by text NOT NULL CHECK (length(proposed_by) > 0),
    offered_by text,
    terms jsonb NOT NULL,
    CHECK ((status IN ('countered', 'offered', 'agreed', 'running')) = (finished_on IS NULL)),
    CHECK (status NOT IN ('running', 'kept', 'broken') OR started_on IS NOT NULL),
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

CREATE TABLE care.dispute (
    customer_id bigint NOT NULL,
    dispute_id bigint NOT NULL,
    line_id bigint NOT NULL,
    purchase_id bigint,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    turn bigint NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL,
    ended_at timestamptz,
    opened_on date NOT NULL,
    answer_by date NOT NULL CHECK (answer_by > opened_on),
    due_on date,
    ended_on date,
    status text NOT NULL CHECK (status IN ('open', 'accepted', 'rejected', 'withdrawn')),
    ground text NOT NULL CHECK (ground IN ('not_mine', 'not_received', 'faulty', 'returned', 'wrong_amount', 'paid_already', 'other')),
    words text NOT NULL CHECK (length(words) BETWEEN 1 AND 2000),
    opened_by text NOT NULL CHECK (length(opened_by) > 0),
    ended_by text,
    ending_words text,
    CHECK (num_nonnulls(purchase_id, due_on) = 1),
    CHECK ((status = 'open') = (ended_on IS NULL) AND (status = 'open') = (ended_by IS NULL)),
    PRIMARY KEY (customer_id, dispute_id)
) WITH (fillfactor = 80);
CREATE INDEX dispute_open ON care.dispute (customer_id, line_id) WHERE status = 'open';

CREATE TABLE care.cause (
    customer_id bigint NOT NULL,
    cause_id bigint NOT NULL,
    line_id bigint NOT NULL,
    attributed_at timestamptz NOT NULL,
    since_on date NOT NULL,
    attributed_on date NOT NULL,
    quiet_until date NOT NULL,
    confidence_pct smallint NOT NULL CHECK (confidence_pct BETWEEN 0 AND 100),
    cause text NOT NULL CHECK (
        cause IN (
            'income_shock', 'seasonal_income', 'over_granting', 'over_spending', 'downturn', 'technical_debit_failure', 'forgot', 'dispute', 'unknown'
        )
    ),
    source text NOT NULL CHECK (source IN ('facts', 'asked', 'staff')),
    feedback text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    words text CHECK (length(words) BETWEEN 1 AND 2000),
    evidence jsonb NOT NULL,
    PRIMARY KEY (customer_id, cause_id)
) WITH (fillfactor = 100);
CREATE INDEX cause_episode ON care.cause (customer_id, line_id, since_on);

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
