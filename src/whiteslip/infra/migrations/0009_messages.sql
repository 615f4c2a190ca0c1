-- Where people can be reached, what is on its way to them, and which reminders they were given.

-- Where people can be reached and when that may be done, what happened to each contact point, and flags that stop reminders.
-- An address stands in one column and in no key, so that it can be encrypted without a change of anything else.
CREATE TABLE care.contact (
    customer_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    added_at timestamptz NOT NULL,
    verified_at timestamptz,
    opted_out_at timestamptz,
    steps integer NOT NULL DEFAULT 1 CHECK (steps > 0),
    may_at_night boolean NOT NULL,
    channel text NOT NULL CHECK (channel IN ('sms', 'email')),
    zone text NOT NULL CHECK (length(zone) BETWEEN 1 AND 64),
    address text NOT NULL CHECK (length(address) > 0),
    PRIMARY KEY (customer_id, contact_id)
);

CREATE TABLE care.contact_event (
    customer_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    step integer NOT NULL,
    happened_at timestamptz NOT NULL,
    may_at_night boolean NOT NULL,
    deed text NOT NULL CHECK (deed IN ('added', 'verified', 'opted_out', 'opted_in', 'hours_set')),
    zone text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    PRIMARY KEY (customer_id, contact_id, step)
) WITH (fillfactor = 100);

-- A flag stands on a business date from since_on until the day before until_on; while any stands, its person gets no reminders. As a condition:
-- EXISTS (
--     SELECT FROM care.contact_flag
--     WHERE contact_flag.customer_id = … AND contact_flag.since_on <= … AND (contact_flag.until_on IS NULL OR contact_flag.until_on > …)
-- )
CREATE TABLE care.contact_flag (
    customer_id bigint NOT NULL,
    flag_id bigint NOT NULL,
    set_at timestamptz NOT NULL,
    ended_at timestamptz,
    since_on date NOT NULL,
    until_on date CHECK (until_on >= since_on),
    flag text NOT NULL CHECK (flag IN ('hardship', 'dispute', 'bereavement', 'illness')),
    set_by text NOT NULL CHECK (length(set_by) > 0),
    ended_by text,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CHECK (ended_at IS NULL OR until_on IS NOT NULL),
    PRIMARY KEY (customer_id, flag_id)
);

-- Notices on their way to contact points, one message each; every attempt, and what came of it. not_before says when a message is due: an
-- attempt moves that ahead by a lease, so that what was taken by somebody who died is due again.
CREATE TABLE care.message (
    customer_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    queued_at timestamptz NOT NULL,
    not_before timestamptz NOT NULL,
    finished_at timestamptz,
    tries smallint NOT NULL DEFAULT 0 CHECK (tries >= 0),
    klass text NOT NULL CHECK (klass IN ('protective', 'service', 'reminder')),
    status text NOT NULL CHECK (status IN ('queued', 'sending', 'sent', 'failed', 'dropped')),
    why text,
    CHECK ((status IN ('queued', 'sending')) = (finished_at IS NULL)),
    CHECK ((status IN ('failed', 'dropped')) = (why IS NOT NULL)),
    CHECK (tries > 0 OR status IN ('queued', 'dropped')),
    PRIMARY KEY (customer_id, notice_id, contact_id)
) WITH (fillfactor = 70);
CREATE INDEX message_due ON care.message (not_before) WHERE status IN ('queued', 'sending');

-- Written before anything is sent: an attempt without an answer may have reached its person.
CREATE TABLE care.message_attempt (
    customer_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    begun_at timestamptz NOT NULL,
    attempt smallint NOT NULL CHECK (attempt > 0),
    PRIMARY KEY (customer_id, notice_id, contact_id, attempt)
) WITH (fillfactor = 100);
CREATE INDEX message_attempt_contact ON care.message_attempt (customer_id, contact_id, begun_at);

CREATE TABLE care.message_answer (
    customer_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    answered_at timestamptz NOT NULL,
    attempt smallint NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('delivered', 'accepted', 'unreachable', 'unavailable', 'unknown', 'rejected')),
    PRIMARY KEY (customer_id, notice_id, contact_id, attempt)
) WITH (fillfactor = 100);

-- Which step of the reminders of a due date a line's owner was given, and how much of it was owed then; before the due date steps are negative.
CREATE TABLE care.reminder (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    due_on date NOT NULL,
    reminded_on date NOT NULL,
    step smallint NOT NULL,
    PRIMARY KEY (customer_id, line_id, due_on, step)
) WITH (fillfactor = 100);
CREATE INDEX reminder_notice ON care.reminder (customer_id, notice_id);
