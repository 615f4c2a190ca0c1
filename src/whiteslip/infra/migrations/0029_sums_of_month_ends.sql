-- A month end is read by range of customers from here on, through the key; the index by date misled the planner while its newest pages had no summary.
DROP INDEX money.month_end_month;

-- What the month ends add up to, counted in the step that keeps them, for each range of customers (named by its first number), so that a view over
-- history reads some hundred rows and not the book. Never changed; check-books counts again. A place is 0 for not opened yet, 1 for owing nothing,
-- from 2 on a thirty-day bucket, and before it -1 where the month end before was not kept.
CREATE TABLE money.month_move (
    range_first bigint NOT NULL CHECK (range_first >= 0),
    lines bigint NOT NULL CHECK (lines > 0),
    owed_before_minor bigint NOT NULL CHECK (owed_before_minor >= 0),
    owed_after_minor bigint NOT NULL CHECK (owed_after_minor >= 0),
    month_end date NOT NULL,
    product_id integer NOT NULL,
    place_before smallint NOT NULL CHECK (place_before BETWEEN -1 AND 9),
    place_after smallint NOT NULL CHECK (place_after BETWEEN 1 AND 9),
    PRIMARY KEY (month_end, range_first, product_id, place_before, place_after)
) WITH (fillfactor = 100);

-- Lines that stood later at a month end than at any before, by month of opening: from place_before (2 is never late) to place_after.
CREATE TABLE money.month_worst (
    range_first bigint NOT NULL CHECK (range_first >= 0),
    lines bigint NOT NULL CHECK (lines > 0),
    month_end date NOT NULL,
    opened_in date NOT NULL,
    product_id integer NOT NULL,
    place_before smallint NOT NULL CHECK (place_before >= 2),
    place_after smallint NOT NULL CHECK (place_after BETWEEN place_before + 1 AND 9),
    PRIMARY KEY (month_end, range_first, opened_in, product_id, place_before, place_after)
) WITH (fillfactor = 100);

-- How many lines that owed had each asset class and each stage of IFRS 9 at a month end, and why; counted by range of customers (named by its first
-- number) in the step that keeps the month end, by the parameters of terms_version. Never changed. place is that of money.month_move.
-- What is scored are lines with a score that is not too old; scored_bad_minor is the sum of what they owed x their chance of default.
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

-- Month ends kept before are counted now, once.
INSERT INTO money.month_move (
    range_first, lines, owed_before_minor, owed_after_minor, month_end, product_id, place_before, place_after
)
SELECT
    moved.range_first, count(*), sum(moved.owed_before_minor), sum(moved.owed_after_minor), moved.month_end,
    moved.product_id, moved.place_before, moved.place_after
FROM (
    SELECT
        kept.range_no * day.range_size AS range_first, kept.month_end, line.product_id,
        coalesce(before.owed_minor, 0) AS owed_before_minor,
        coalesce(after.owed_minor, 0) AS owed_after_minor,
        CASE
            WHEN line.opened_on > kept.before_on THEN 0
            WHEN NOT EXISTS (
                SELECT FROM infra.day_range AS known
                WHERE
                    known.business_date = kept.before_on AND known.range_no = kept.range_no
                    AND known.step_ms -> 'keep month end' IS NOT NULL
            ) THEN -1
            WHEN before.days_past_due IS NULL THEN 1
            ELSE least((before.days_past_due + 29) / 30, 7) + 2
        END AS place_before,
        CASE WHEN after.days_past_due IS NULL THEN 1 ELSE least((after.days_past_due + 29) / 30, 7) + 2 END AS place_after
    FROM (
        SELECT
            range_no, business_date AS month_end, (date_trunc('month', business_date) - interval '1 day')::date AS before_on
        FROM infra.day_range
        WHERE extract(DAY FROM business_date + 1) = 1 AND step_ms -> 'keep month end' IS NOT NULL
    ) AS kept
    CROSS JOIN infra.business_day AS day
    INNER JOIN money.line
        ON
            line.customer_id BETWEEN kept.range_no * day.range_size AND (kept.range_no + 1) * day.range_size - 1
            AND line.opened_on <= kept.month_end
    LEFT JOIN money.month_end AS before
        ON
            before.customer_id = line.customer_id AND before.line_id = line.line_id
            AND before.month_end = kept.before_on
    LEFT JOIN money.month_end AS after
        ON
            after.customer_id = line.customer_id AND after.line_id = line.line_id
            AND after.month_end = kept.month_end
) AS moved
GROUP BY moved.range_first, moved.month_end, moved.product_id, moved.place_before, moved.place_after;

INSERT INTO money.month_worst (range_first, lines, month_end, opened_in, product_id, place_before, place_after)
SELECT
    line.customer_id / day.range_size * day.range_size, count(*), late.month_end, date_trunc('month', line.opened_on)::date,
    line.product_id, late.place_before, late.place_after
FROM (
    SELECT
        customer_id, line_id, month_end,
        least((days_past_due + 29) / 30, 7) + 2 AS place_after,
        least((coalesce(max(days_past_due) OVER earlier, 0) + 29) / 30, 7) + 2 AS place_before
    FROM money.month_end
    WINDOW earlier AS (PARTITION BY customer_id, line_id ORDER BY month_end ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
) AS late
CROSS JOIN infra.business_day AS day
INNER JOIN money.line ON line.customer_id = late.customer_id AND line.line_id = late.line_id
WHERE late.place_after > late.place_before
GROUP BY line.customer_id / day.range_size * day.range_size, late.month_end, date_trunc('month', line.opened_on), line.product_id, late.place_before, late.place_after;
