-- What accounts share, as hashes only; which days were woven; and the rings shown to people, with the evidence as it was then.
-- A link is kept at once and counted when its day is gathered: until then it was told 0 times, and weaving does not see it.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.network_link (
    customer_id bigint NOT NULL,
    entity bigint NOT NULL,
    first_on date NOT NULL,
    last_on date NOT NULL CHECK (last_on >= first_on),
    times integer NOT NULL CHECK (times >= 0),
    kind text NOT NULL CHECK (kind IN ('device', 'phone', 'address', 'card', 'ip')),
    PRIMARY KEY (customer_id, kind, entity)
);
-- Who else used a thing: asked when somebody comes with one that is new to them. No column of it ever changes.
CREATE INDEX network_link_entity ON risk.network_link (entity, kind);

CREATE TABLE risk.weave (
    woven_on date NOT NULL,
    woven_at timestamptz NOT NULL,
    PRIMARY KEY (woven_on)
) WITH (fillfactor = 100);

-- A ring lies with its member of the lowest number, whose case it is in; it accuses nobody.
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

-- Who is in a ring, to find it by the person: being in it says nothing of them.
CREATE TABLE risk.ring_member (
    customer_id bigint NOT NULL,
    ring_customer_id bigint NOT NULL,
    ring_id bigint NOT NULL,
    PRIMARY KEY (customer_id, ring_id)
) WITH (fillfactor = 100);
