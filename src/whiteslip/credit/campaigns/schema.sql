-- Campaigns of temporary limits, each step of one, and what each granted. A campaign's row is what its runs wait for one another at.
CREATE SCHEMA IF NOT EXISTS credit;

CREATE TABLE credit.campaign (
    campaign_id bigint NOT NULL,
    least_minor bigint NOT NULL CHECK (least_minor > 0),
    most_minor bigint NOT NULL CHECK (most_minor >= least_minor),
    budget_minor bigint NOT NULL CHECK (budget_minor >= least_minor),
    granted_minor bigint NOT NULL DEFAULT 0 CHECK (granted_minor BETWEEN 0 AND budget_minor),
    granted_lines bigint NOT NULL DEFAULT 0 CHECK (granted_lines >= 0),
    share_ppm integer NOT NULL CHECK (share_ppm BETWEEN 0 AND 1000000),
    steps integer NOT NULL DEFAULT 1 CHECK (steps > 0),
    starts_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on > starts_on),
    status text NOT NULL CHECK (status IN ('draft', 'approved', 'running', 'stopped', 'ended')),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    segment text NOT NULL CHECK (length(segment) BETWEEN 1 AND 1000),
    drafted_by text NOT NULL CHECK (length(drafted_by) > 0),
    PRIMARY KEY (campaign_id)
);

CREATE TABLE credit.campaign_event (
    campaign_id bigint NOT NULL,
    step integer NOT NULL,
    happened_at timestamptz NOT NULL,
    happened_on date NOT NULL,
    from_status text NOT NULL,
    to_status text NOT NULL,
    command text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    PRIMARY KEY (campaign_id, step)
);

CREATE TABLE credit.campaign_grant (
    customer_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    line_id bigint NOT NULL,
    limit_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    fixed_limit_minor bigint NOT NULL CHECK (fixed_limit_minor >= 0),
    granted_at timestamptz NOT NULL,
    granted_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on > granted_on),
    told_on date,
    PRIMARY KEY (customer_id, campaign_id, line_id)
);
CREATE INDEX campaign_grant_ending ON credit.campaign_grant (ends_on) WHERE told_on IS NULL;
