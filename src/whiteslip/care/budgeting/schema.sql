-- What people told of their month to be advised, and what they set themselves. Nothing of it is read by features, scores or rule books.
-- care.budget holds the last answers of those who want them kept, and no older ones; caps are a history, of which the newest that counts holds.
CREATE SCHEMA IF NOT EXISTS care;

CREATE TABLE care.budget (
    customer_id bigint NOT NULL,
    income_minor bigint NOT NULL CHECK (income_minor >= 0),
    rent_minor bigint NOT NULL CHECK (rent_minor >= 0),
    debts_minor bigint NOT NULL CHECK (debts_minor >= 0),
    fixed_minor bigint NOT NULL CHECK (fixed_minor >= 0),
    change_minor bigint NOT NULL,
    cushion_minor bigint NOT NULL CHECK (cushion_minor >= 0),
    told_at timestamptz NOT NULL,
    income_day smallint NOT NULL CHECK (income_day BETWEEN 1 AND 31),
    PRIMARY KEY (customer_id)
);

CREATE TABLE care.cap_change (
    customer_id bigint NOT NULL,
    change_id bigint NOT NULL,
    amount_minor bigint CHECK (amount_minor >= 0),
    asked_at timestamptz NOT NULL,
    effective_at timestamptz NOT NULL CHECK (effective_at >= asked_at),
    wait_hours integer NOT NULL CHECK (wait_hours >= 0),
    kind text NOT NULL CHECK (kind IN ('purchase', 'day', 'week', 'month', 'cooling_off')),
    actor text NOT NULL CHECK (length(actor) > 0),
    CHECK ((kind = 'cooling_off' AND amount_minor IS NOT NULL) = (wait_hours > 0)),
    PRIMARY KEY (customer_id, change_id)
) WITH (fillfactor = 100);

CREATE TABLE care.lesson_told (
    customer_id bigint NOT NULL,
    told_at timestamptz NOT NULL,
    moment text NOT NULL CHECK (length(moment) > 0),
    PRIMARY KEY (customer_id, moment)
) WITH (fillfactor = 100);

CREATE TABLE care.budget_warning (
    customer_id bigint NOT NULL,
    due_on date NOT NULL,
    warned_on date NOT NULL,
    short_minor bigint NOT NULL CHECK (short_minor > 0),
    PRIMARY KEY (customer_id, due_on)
) WITH (fillfactor = 100);
