-- Where people can be reached and when that may be done, what happened to each contact point, and flags that stop reminders.
-- An address stands in one column and in no key, so that it can be encrypted without a change of anything else.
CREATE SCHEMA IF NOT EXISTS care;

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
