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

-- For how long late fees stand still, from the first day up to but without the last: of a whole line, or of one purchase.
-- pause_id is the number of what it is for; who stops the fees writes it here, and the daily fees look nowhere else.
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
