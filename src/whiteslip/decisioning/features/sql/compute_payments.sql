-- What each line was billed and paid up to a day: by its latest statements, and by the money received in windows that end with the day.
-- What was taken back by the day was never received, and what was only booked later is not known yet.
-- A statement counts as due once its due date has passed; what is paid until the next statement counts toward it.
WITH received AS (
    SELECT repayment.customer_id, repayment.line_id, repayment.repaid_on, sum(repayment.amount_minor) AS amount_minor
    FROM money.received AS repayment
    WHERE
        repayment.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR repayment.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND repayment.known_on <= %(as_of)s::date
        AND (repayment.reversed_on > %(as_of)s::date) IS NOT FALSE
        AND repayment.repaid_on > %(as_of)s::date - 365
    GROUP BY repayment.customer_id, repayment.line_id, repayment.repaid_on
),

repaid AS (
    SELECT
        received.customer_id, received.line_id,
        sum(received.amount_minor) FILTER (WHERE received.repaid_on > %(as_of)s::date - 30) AS repaid_30d_minor,
        sum(received.amount_minor) FILTER (WHERE received.repaid_on > %(as_of)s::date - 90) AS repaid_90d_minor,
        sum(received.amount_minor) FILTER (WHERE received.repaid_on > %(as_of)s::date - 180) AS repaid_180d_minor,
        max(received.repaid_on) AS last_on
    FROM received
    GROUP BY received.customer_id, received.line_id
),

billed AS (
    SELECT
        statement.customer_id, statement.line_id, statement.statement_on, statement.due_on, statement.balance_minor, statement.minimum_minor,
        row_number() OVER (PARTITION BY statement.customer_id, statement.line_id ORDER BY statement.statement_on DESC) AS place,
        lag(statement.statement_on) OVER (PARTITION BY statement.customer_id, statement.line_id ORDER BY statement.statement_on DESC) AS next_on
    FROM money.statement
    WHERE
        statement.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR statement.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND statement.statement_on <= %(as_of)s::date
        AND statement.statement_on > %(as_of)s::date - 260
),

latest AS (
    SELECT
        billed.customer_id, billed.line_id,
        max(billed.balance_minor) FILTER (WHERE billed.place = 1) AS balance_minor,
        avg(billed.balance_minor) FILTER (WHERE billed.place <= 6) AS average_minor
    FROM billed
    GROUP BY billed.customer_id, billed.line_id
),

due AS (
    SELECT
        billed.customer_id, billed.line_id, billed.balance_minor, billed.minimum_minor, coalesce(sum(received.amount_minor), 0) AS paid_minor,
        row_number() OVER (PARTITION BY billed.customer_id, billed.line_id ORDER BY billed.statement_on DESC) AS place
    FROM billed
    LEFT JOIN received
        ON
            received.customer_id = billed.customer_id
            AND received.line_id = billed.line_id
            AND received.repaid_on >= billed.statement_on
            AND (billed.next_on IS NULL OR received.repaid_on < billed.next_on)
    WHERE billed.due_on < %(as_of)s::date
    GROUP BY billed.customer_id, billed.line_id, billed.statement_on, billed.balance_minor, billed.minimum_minor
),

kept AS (
    SELECT
        due.customer_id, due.line_id,
        max(due.paid_minor) FILTER (WHERE due.place = 1) AS paid_minor,
        sum(due.paid_minor) FILTER (WHERE due.place = 1) / nullif(sum(owed.minor) FILTER (WHERE due.place = 1), 0) AS paid_ratio_1,
        sum(due.paid_minor) FILTER (WHERE due.place <= 3) / nullif(sum(owed.minor) FILTER (WHERE due.place <= 3), 0) AS paid_ratio_3,
        sum(due.paid_minor) / nullif(sum(owed.minor), 0) AS paid_ratio_6,
        bool_or(due.paid_minor >= owed.minor) FILTER (WHERE due.place = 1 AND owed.minor > 0) AS paid_in_full,
        coalesce(min(due.place) FILTER (WHERE NOT paid.little) - 1, count(*)) AS minimum_only_streak,
        count(*) FILTER (WHERE owed.minor > 0 AND due.paid_minor = 0) AS unpaid_statements_6,
        count(*) FILTER (WHERE owed.minor > 0 AND due.paid_minor >= owed.minor) AS full_payments_6
    FROM due
    CROSS JOIN LATERAL (SELECT greatest(due.balance_minor, 0) AS minor) AS owed
    CROSS JOIN LATERAL (SELECT due.paid_minor < owed.minor AND due.paid_minor * 10 <= due.minimum_minor * 11 AS little) AS paid
    WHERE due.place <= 6
    GROUP BY due.customer_id, due.line_id
)

SELECT
    line.customer_id, line.line_id, latest.balance_minor AS billed_minor, round(latest.average_minor) AS average_billed_6_minor, kept.paid_minor,
    kept.paid_ratio_1, kept.paid_ratio_3, kept.paid_ratio_6, kept.minimum_only_streak, kept.unpaid_statements_6, kept.full_payments_6,
    kept.paid_in_full, repaid.repaid_30d_minor, repaid.repaid_90d_minor, repaid.repaid_180d_minor,
    %(as_of)s::date - repaid.last_on AS days_since_repayment,
    coalesce(repaid.repaid_90d_minor, 0) / nullif(repaid.repaid_180d_minor - coalesce(repaid.repaid_90d_minor, 0), 0) AS payment_trend_90d
FROM money.line
LEFT JOIN repaid ON repaid.customer_id = line.customer_id AND repaid.line_id = line.line_id
LEFT JOIN latest ON latest.customer_id = line.customer_id AND latest.line_id = line.line_id
LEFT JOIN kept ON kept.customer_id = line.customer_id AND kept.line_id = line.line_id
WHERE
    line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND (%(customer_ids)b::bigint[] IS NULL OR line.customer_id = ANY(%(customer_ids)b::bigint[]))
    AND line.opened_on <= %(as_of)s::date
