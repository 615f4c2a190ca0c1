-- Funding and liquidity: what people entered of cash, forecasts, and the valve that slows or stops new purchases.
-- What people entered of the cash, of commitments and of the floor; rows are only inserted, and the later one counts.

CREATE SEQUENCE money.funding_entry_number;

CREATE TABLE money.funding_entry (
    entry_id bigint NOT NULL DEFAULT nextval('money.funding_entry_number'),
    amount_minor bigint NOT NULL,
    entered_at timestamptz NOT NULL,
    from_on date NOT NULL,
    until_on date CHECK (until_on > from_on),
    kind text NOT NULL CHECK (kind IN ('cash', 'commitment', 'floor')),
    name text NOT NULL CHECK (length(name) <= 80),
    entered_by text NOT NULL CHECK (length(entered_by) > 0),
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 2000),
    CHECK ((kind = 'commitment') = (length(name) > 0)),
    CHECK ((kind = 'commitment') = (until_on IS NOT NULL)),
    CHECK (amount_minor >= 0 OR kind = 'cash'),
    CHECK (kind <> 'floor' OR amount_minor > 0),
    PRIMARY KEY (entry_id)
) WITH (fillfactor = 100);

-- Each forecast from a closed day, as it was; a row never changes. What could not be known is a row too, with why, and may be tried again: attempt
-- counts. The arrays have one value for each day after forecast_on; stages_minor is the least with the valve open and under each stage.

CREATE TABLE risk.liquidity_forecast (
    forecast_on date NOT NULL,
    attempt integer NOT NULL CHECK (attempt > 0),
    cash_minor bigint,
    floor_minor bigint CHECK (floor_minor > 0),
    least_minor bigint,
    forecast_at timestamptz NOT NULL,
    version smallint NOT NULL,
    why text CHECK (why IN ('not_closed', 'no_cash', 'old_cash', 'no_floor', 'no_history')),
    inflow_minor bigint [] NOT NULL,
    outflow_minor bigint [] NOT NULL,
    committed_minor bigint [] NOT NULL,
    liquidity_minor bigint [] NOT NULL,
    low_minor bigint [] NOT NULL,
    high_minor bigint [] NOT NULL,
    open_minor bigint [] NOT NULL,
    stages_minor bigint [] NOT NULL,
    CHECK ((why IS NULL) = (num_nonnulls(cash_minor, floor_minor, least_minor) = 3)),
    CHECK ((why IS NULL) = (cardinality(liquidity_minor) > 0)),
    PRIMARY KEY (forecast_on, attempt)
) WITH (fillfactor = 100);

-- A valve: a stage with its terms as they were when it was proposed. One at most is proposed, one rehearsed, one acts.
CREATE TABLE risk.valve (
    valve_id bigint NOT NULL,
    most_minor bigint CHECK (most_minor > 0),
    stage smallint NOT NULL CHECK (stage > 0),
    steps integer NOT NULL CHECK (steps > 0),
    days integer NOT NULL CHECK (days > 0),
    share_ppm integer NOT NULL CHECK (share_ppm BETWEEN 0 AND 1000000),
    proposed_on date NOT NULL,
    until_on date CHECK (until_on > proposed_on),
    state text NOT NULL CHECK (state IN ('proposed', 'rehearsed', 'acting', 'dismissed', 'ended')),
    plans text NOT NULL CHECK (plans IN ('any', 'none', 'only')),
    segment text NOT NULL CHECK (length(segment) <= 1000),
    why text NOT NULL CHECK (length(why) BETWEEN 1 AND 2000),
    CHECK (state NOT IN ('rehearsed', 'acting', 'ended') OR until_on IS NOT NULL),
    PRIMARY KEY (valve_id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX valve_live ON risk.valve (state) WHERE state IN ('proposed', 'rehearsed', 'acting');

CREATE TABLE risk.valve_step (
    valve_id bigint NOT NULL,
    step integer NOT NULL CHECK (step > 0),
    happened_at timestamptz NOT NULL,
    command text NOT NULL CHECK (command IN ('propose', 'rehearse', 'release', 'dismiss', 'end', 'lapse')),
    state text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 2000),
    PRIMARY KEY (valve_id, step)
) WITH (fillfactor = 100);
-- The same person says the same of a valve once.
CREATE UNIQUE INDEX valve_step_actor ON risk.valve_step (valve_id, command, actor);

-- What a checkout reads of the valve, written in the transaction that moves it: the terms of what acts and of what is rehearsed, NULL for none. The one
-- row is always there: where it is missing or cannot be read, nothing is granted.
CREATE TABLE risk.valve_state (
    book smallint NOT NULL DEFAULT 1 CHECK (book = 1),
    acting jsonb,
    rehearsed jsonb,
    PRIMARY KEY (book)
);

-- What came to a valve in a batch, and what of it was refused or, when rehearsed, would have been; a row a batch, so that batches wait for no other.
CREATE SEQUENCE risk.valve_count_number;

CREATE TABLE risk.valve_count (
    count_id bigint NOT NULL DEFAULT nextval('risk.valve_count_number'),
    valve_id bigint NOT NULL,
    asked_minor bigint NOT NULL CHECK (asked_minor >= 0),
    refused_minor bigint NOT NULL CHECK (refused_minor BETWEEN 0 AND asked_minor),
    asked integer NOT NULL CHECK (asked > 0),
    refused integer NOT NULL CHECK (refused BETWEEN 0 AND asked),
    counted_on date NOT NULL,
    acted boolean NOT NULL,
    PRIMARY KEY (count_id)
) WITH (fillfactor = 100);
CREATE INDEX valve_count_valve ON risk.valve_count (valve_id, counted_on);

INSERT INTO risk.valve_state (book) VALUES (1);
