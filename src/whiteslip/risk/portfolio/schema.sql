-- How many lines that owed had each asset class and each stage of IFRS 9 at a month end, and why; counted by range of customers (named by its first
-- number) in the step that keeps the month end, by the parameters of terms_version. Never changed. place is that of money.month_move.
-- What is scored are lines with a score that is not too old; scored_bad_minor is the sum of what they owed x their chance of default.
CREATE SCHEMA IF NOT EXISTS risk;

CREATE TABLE risk.month_class (
    range_first bigint NOT NULL CHECK (range_first >= 0),
    lines bigint NOT NULL CHECK (lines > 0),
    owed_minor bigint NOT NULL CHECK (owed_minor > 0),
    scored_lines bigint NOT NULL CHECK (scored_lines BETWEEN 0 AND lines),
    scored_owed_minor bigint NOT NULL CHECK (scored_owed_minor BETWEEN 0 AND owed_minor),
    scored_bad_minor bigint NOT NULL CHECK (scored_bad_minor BETWEEN 0 AND scored_owed_minor),
    month_end date NOT NULL,
    product_id integer NOT NULL,
    terms_version integer NOT NULL CHECK (terms_version > 0),
    place smallint NOT NULL CHECK (place BETWEEN 2 AND 9),
    asset_class smallint NOT NULL CHECK (asset_class BETWEEN 1 AND 5),
    stage smallint NOT NULL CHECK (stage BETWEEN 1 AND 3),
    class_why text NOT NULL CHECK (class_why IN ('days', 'renegotiated', 'cure')),
    stage_why text NOT NULL CHECK (stage_why IN ('days', 'class', 'renegotiated', 'score', 'clear', 'unknown')),
    PRIMARY KEY (month_end, range_first, product_id, place, asset_class, class_why, stage, stage_why)
) WITH (fillfactor = 100);
