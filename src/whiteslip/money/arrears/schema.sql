-- Episodes of arrears. Days past due are derived from oldest_due_on, so a day that changes nothing writes nothing.
CREATE TABLE money.arrears (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    since_on date NOT NULL,
    oldest_due_on date NOT NULL CHECK (oldest_due_on >= since_on),
    worst_days integer NOT NULL CHECK (worst_days >= 0),
    ended_on date,
    CHECK (ended_on > since_on),
    PRIMARY KEY (customer_id, line_id, since_on)
);
CREATE INDEX arrears_open ON money.arrears (customer_id, line_id) WHERE ended_on IS NULL;
CREATE INDEX arrears_since ON money.arrears USING brin (since_on) WITH (pages_per_range = 32);

-- What each line that owes anything owed as a month closed, and how late it was then. Written once by the end of day of the month's last day, never
-- changed: dues move and are paid, so what a line was can not be told from what it is. A line without a row owed nothing.
-- It is read by range of customers; a whole month is read by the recount alone, which may as well read all.
CREATE TABLE money.month_end (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    owed_minor bigint NOT NULL CHECK (owed_minor > 0),
    overdue_minor bigint NOT NULL CHECK (overdue_minor BETWEEN 0 AND owed_minor),
    month_end date NOT NULL,
    days_past_due integer NOT NULL CHECK (days_past_due >= 0),
    PRIMARY KEY (customer_id, line_id, month_end)
) WITH (fillfactor = 100);

-- What the month ends add up to, counted in the step that keeps them, for each range of customers (named by its first number), so that a view over
-- history reads some hundred rows and not the book. Never changed; check-books counts again. A place is 0 for not opened yet, 1 for owing nothing,
-- from 2 on a thirty-day bucket, and before it -1 where the month end before was not kept.
CREATE TABLE money.month_move (
    range_first bigint NOT NULL CHECK (range_first >= 0),
    lines bigint NOT NULL CHECK (lines > 0),
    owed_before_minor bigint NOT NULL CHECK (owed_before_minor >= 0),
    owed_after_minor bigint NOT NULL CHECK (owed_after_minor >= 0),
    month_end date NOT NULL,
    product_id integer NOT NULL,
    place_before smallint NOT NULL CHECK (place_before BETWEEN -1 AND 9),
    place_after smallint NOT NULL CHECK (place_after BETWEEN 1 AND 9),
    PRIMARY KEY (month_end, range_first, product_id, place_before, place_after)
) WITH (fillfactor = 100);

-- Lines that stood later at a month end than at any before, by month of opening: from place_before (2 is never late) to place_after.
CREATE TABLE money.month_worst (
    range_first bigint NOT NULL CHECK (range_first >= 0),
    lines bigint NOT NULL CHECK (lines > 0),
    month_end date NOT NULL,
    opened_in date NOT NULL,
    product_id integer NOT NULL,
    place_before smallint NOT NULL CHECK (place_before >= 2),
    place_after smallint NOT NULL CHECK (place_after BETWEEN place_before + 1 AND 9),
    PRIMARY KEY (month_end, range_first, opened_in, product_id, place_before, place_after)
) WITH (fillfactor = 100);

-- For how long late fees stand still, from the first day up to but without the last: of a whole line, or of one purchase.
-- What was done before they stood still, or went on, stays: held_from is the first day they were not charged, held_until the first they were again.
-- pause_id is the number of what it is for; who stops the fees writes it here, and the daily fees look nowhere else.
CREATE TABLE money.fee_pause (
    customer_id bigint NOT NULL,
    pause_id bigint NOT NULL,
    line_id bigint NOT NULL,
    purchase_id bigint,
    starts_on date NOT NULL,
    ends_on date CHECK (ends_on >= starts_on),
    reason text NOT NULL CHECK (reason IN ('relief', 'dispute', 'treatment')),
    held_from date NOT NULL,
    held_until date,
    PRIMARY KEY (customer_id, pause_id)
);

-- Late fees taken back: asked for over days or of one charge, done at once or by another person. What was still owed is waived, what was paid is
-- returned as credit. Which charges a waiver took back lies beside it, so that none is taken back twice.
CREATE TABLE money.fee_waiver (
    customer_id bigint NOT NULL,
    waiver_id bigint NOT NULL,
    line_id bigint NOT NULL,
    movement_id bigint,
    asked_minor bigint NOT NULL CHECK (asked_minor > 0),
    waived_minor bigint NOT NULL DEFAULT 0 CHECK (waived_minor >= 0),
    returned_minor bigint NOT NULL DEFAULT 0 CHECK (returned_minor >= 0),
    asked_at timestamptz NOT NULL,
    decided_at timestamptz,
    first_on date NOT NULL,
    last_on date NOT NULL CHECK (last_on >= first_on),
    decided_on date,
    needs_two boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('asked', 'done', 'refused')),
    asked_by text NOT NULL CHECK (length(asked_by) > 0),
    decided_by text,
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 2000),
    acted_number bigint,
    CHECK ((state = 'asked') = (decided_by IS NULL)),
    CHECK (num_nonnulls(decided_by, decided_on, decided_at) IN (0, 3)),
    CHECK (NOT needs_two OR decided_by <> asked_by),
    CHECK (state = 'done' OR waived_minor + returned_minor = 0),
    CHECK ((acted_number IS NULL) = (decided_by IS NULL)),
    PRIMARY KEY (customer_id, waiver_id)
);

CREATE TABLE money.waived_fee (
    customer_id bigint NOT NULL,
    movement_id bigint NOT NULL,
    waiver_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (customer_id, movement_id)
) WITH (fillfactor = 100);
