-- Notices on their way to contact points, one message each; every attempt, and what came of it. not_before says when a message is due: an
-- attempt moves that ahead by a lease, so that what was taken by somebody who died is due again.
CREATE SCHEMA IF NOT EXISTS care;

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
