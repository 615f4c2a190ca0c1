-- How each line's latest three dues were paid: the days from its last payment to the due date of the latest, and by how many days later than two
-- before, where each came later than the one before it; NULL where that is not so, or fewer are known. What is paid until the next statement counts toward it.
WITH billed AS (
    SELECT
        statement.customer_id, statement.line_id, statement.statement_on, statement.due_on,
        row_number() OVER (PARTITION BY statement.customer_id, statement.line_id ORDER BY statement.statement_on DESC) AS place,
        lag(statement.statement_on) OVER (PARTITION BY statement.customer_id, statement.line_id ORDER BY statement.statement_on DESC) AS next_on
    FROM money.statement
    WHERE
        statement.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND statement.due_on < %(as_of)s::date
        AND statement.due_on > %(as_of)s::date - 100
        AND statement.minimum_minor > 0
),

paid AS (
    SELECT billed.customer_id, billed.line_id, billed.place, max(repayment.repaid_on) - billed.due_on AS late_days
    FROM billed
    INNER JOIN money.received AS repayment
        ON
            repayment.customer_id = billed.customer_id
            AND repayment.line_id = billed.line_id
            AND repayment.repaid_on >= billed.statement_on
            AND repayment.repaid_on < coalesce(billed.next_on, billed.statement_on + 31)
            AND repayment.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
            AND repayment.known_on <= %(as_of)s::date
            AND (repayment.reversed_on > %(as_of)s::date) IS NOT FALSE
    WHERE billed.place <= 3
    GROUP BY billed.customer_id, billed.line_id, billed.place, billed.due_on
),

slack AS (
    SELECT
        paid.customer_id, paid.line_id,
        max(paid.late_days) FILTER (WHERE paid.place = 1) AS latest,
        max(paid.late_days) FILTER (WHERE paid.place = 2) AS before,
        max(paid.late_days) FILTER (WHERE paid.place = 3) AS first
    FROM paid
    GROUP BY paid.customer_id, paid.line_id
)

SELECT
    coalesce(array_agg(slack.customer_id), '{}') AS customer_id, coalesce(array_agg(slack.line_id), '{}') AS line_id,
    coalesce(array_agg((-slack.latest)::double precision), '{}') AS days_to_spare,
    coalesce(
        array_agg(
            CASE
                WHEN slack.latest > slack.before AND slack.before > slack.first THEN (slack.latest - slack.first)::double precision
                ELSE 0
            END
        ), '{}'
    ) AS later_days
FROM slack
WHERE slack.latest IS NOT NULL AND slack.before IS NOT NULL AND slack.first IS NOT NULL
