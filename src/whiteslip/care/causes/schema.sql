-- Why dues were not paid: rows are only added, the latest of an episode is in force. quiet_until is the day reminders may go on.
CREATE SCHEMA IF NOT EXISTS care;

CREATE TABLE care.cause (
    customer_id bigint NOT NULL,
    cause_id bigint NOT NULL,
    line_id bigint NOT NULL,
    attributed_at timestamptz NOT NULL,
    since_on date NOT NULL,
    attributed_on date NOT NULL,
    quiet_until date NOT NULL,
    confidence_pct smallint NOT NULL CHECK (confidence_pct BETWEEN 0 AND 100),
    cause text NOT NULL CHECK (
        cause IN (
            'income_shock', 'seasonal_income', 'over_granting', 'over_spending', 'downturn', 'technical_debit_failure', 'forgot', 'dispute', 'unknown'
        )
    ),
    source text NOT NULL CHECK (source IN ('facts', 'asked', 'staff')),
    feedback text NOT NULL,
    actor text NOT NULL CHECK (length(actor) > 0),
    words text CHECK (length(words) BETWEEN 1 AND 2000),
    evidence jsonb NOT NULL,
    PRIMARY KEY (customer_id, cause_id)
) WITH (fillfactor = 100);
CREATE INDEX cause_episode ON care.cause (customer_id, line_id, since_on);
