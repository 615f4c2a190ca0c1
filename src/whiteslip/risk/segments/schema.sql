-- What each measure of a segment came to at a month end, by the version of the segments under which it was measured; a row never changes.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.segment_month (
    segment text NOT NULL,
    version smallint NOT NULL,
    measure text NOT NULL CHECK (measure IN ('roll_to_overdue', 'roll_to_thirty', 'default', 'thirty_plus')),
    month_end date NOT NULL,
    hits bigint NOT NULL CHECK (hits BETWEEN 0 AND out_of),
    out_of bigint NOT NULL,
    PRIMARY KEY (segment, version, measure, month_end)
) WITH (fillfactor = 100);

-- How it was judged: rates and limits in ppm. What could not be known is a row too, with why.
CREATE TABLE risk.segment_judgment (
    segment text NOT NULL,
    version smallint NOT NULL,
    measure text NOT NULL,
    month_end date NOT NULL,
    judged_at timestamptz NOT NULL,
    hits bigint NOT NULL CHECK (hits >= 0),
    out_of bigint NOT NULL CHECK (out_of >= hits),
    base_ppm integer,
    smooth_ppm integer,
    warning_ppm integer,
    action_ppm integer,
    single_ppm integer,
    baseline_months smallint NOT NULL CHECK (baseline_months >= 0),
    level text NOT NULL CHECK (level IN ('calm', 'low', 'warning', 'out', 'unknown')),
    why text CHECK (why IN ('too_few', 'absent', 'no_baseline')),
    CHECK ((level = 'unknown') = (why IS NOT NULL)),
    CHECK (level = 'unknown' OR num_nulls(base_ppm, smooth_ppm, warning_ppm, action_ppm, single_ppm) = 0),
    PRIMARY KEY (segment, version, measure, month_end)
) WITH (fillfactor = 100);
