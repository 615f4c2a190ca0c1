-- What each line that owes anything owed as a month closed, and how late it was then. Written once by the end of day of the month's last day, never
-- changed: dues move and are paid, so what a line was can not be told from what it is. A line without a row owed nothing.
CREATE TABLE money.month_end (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    owed_minor bigint NOT NULL CHECK (owed_minor > 0),
    overdue_minor bigint NOT NULL CHECK (overdue_minor BETWEEN 0 AND owed_minor),
    month_end date NOT NULL,
    days_past_due integer NOT NULL CHECK (days_past_due >= 0),
    PRIMARY KEY (customer_id, line_id, month_end)
) WITH (fillfactor = 100);
CREATE INDEX month_end_month ON money.month_end USING brin (month_end) WITH (pages_per_range = 32);
