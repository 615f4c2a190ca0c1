-- What loosenings gave: temporary limits of the money stream, each with its promised end; a row is written once and may be called in early, once.
-- From early_on on, only what is in use then is left, as a limit of its own (kept_of names the one it is the rest of), until the promised end.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.loosening_grant (
    customer_id bigint NOT NULL,
    tightening_id integer NOT NULL,
    limit_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    kept_of bigint,
    granted_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on > granted_on),
    early_on date CHECK (early_on > granted_on AND early_on < ends_on),
    ended_on date,
    told_on date,
    PRIMARY KEY (customer_id, tightening_id, limit_id)
);
CREATE INDEX loosening_grant_ending ON risk.loosening_grant (ends_on) WHERE told_on IS NULL;
CREATE INDEX loosening_grant_early ON risk.loosening_grant (early_on) WHERE early_on IS NOT NULL AND ended_on IS NULL;
