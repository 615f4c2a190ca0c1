-- Batch step. Plan the collection of what is due on a day, at the first active source of each line, one for each line and due date.
-- Nobody with a flag that stands, nothing that is less than what is asked for, and no line without an active source.
-- Idempotent: a due date that is planned is left as it is.
-- Pure twin: money/collections/rules.py: to_collect
WITH flagged AS MATERIALIZED (
    SELECT flag.customer_id
    FROM care.contact_flag AS flag
    WHERE
        flag.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND flag.since_on <= %(on)s::date
        AND (flag.until_on IS NULL OR flag.until_on > %(on)s::date)
),

due AS MATERIALIZED (
    SELECT DISTINCT debt.customer_id, debt.line_id
    FROM money.installment AS debt
    WHERE
        debt.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND debt.status = 'open'
        AND debt.due_on = %(due_on)s::date
        AND (debt.customer_id, debt.line_id) IN (
            SELECT source.customer_id, source.line_id
            FROM money.payment_source AS source
            WHERE source.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint AND source.stopped_at IS NULL
        )
        AND debt.customer_id NOT IN (SELECT flagged.customer_id FROM flagged)
),

parts AS (
    SELECT
        installment.customer_id, installment.line_id, installment.due_on,
        sum(
            installment.principal_minor - installment.paid_principal_minor + installment.late_fee_minor - installment.paid_late_fee_minor
            + money.fee_owed(installment, %(due_on)s::date)
        ) AS whole_minor,
        sum(installment.principal_minor - installment.paid_principal_minor) FILTER (WHERE installment.kind = 'pay_later') AS revolves_minor,
        max(installment.statement_on) FILTER (WHERE installment.kind = 'pay_later') AS statement_on
    FROM due
    INNER JOIN money.installment ON installment.customer_id = due.customer_id AND installment.line_id = due.line_id
    WHERE
        installment.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND installment.status = 'open'
        AND installment.due_on <= %(due_on)s::date
    GROUP BY installment.customer_id, installment.line_id, installment.due_on
),

owed AS (
    SELECT
        parts.customer_id, parts.line_id,
        sum(
            parts.whole_minor
            - least(coalesce(parts.revolves_minor, 0), coalesce(statement.pay_later_minor - statement.pay_later_minimum_minor, 0))
        )::bigint AS amount_minor
    FROM parts
    LEFT JOIN money.statement
        ON
            %(spares)s::boolean
            AND parts.due_on >= %(on)s::date
            AND parts.revolves_minor > 0
            AND statement.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
            AND statement.customer_id = parts.customer_id
            AND statement.line_id = parts.line_id
            AND statement.statement_on = parts.statement_on
    GROUP BY parts.customer_id, parts.line_id
),

wanted AS (
    SELECT owed.customer_id, owed.line_id, owed.amount_minor - line.credit_minor AS amount_minor
    FROM owed
    INNER JOIN money.line
        ON
            line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
            AND line.customer_id = owed.customer_id
            AND line.line_id = owed.line_id
),

planned AS (
    INSERT INTO money.collection (customer_id, collection_id, line_id, planned_minor, due_on, planned_on)
    SELECT wanted.customer_id, nextval('money.number'), wanted.line_id, wanted.amount_minor, %(due_on)s::date, %(on)s::date
    FROM wanted
    WHERE wanted.amount_minor >= %(smallest_minor)s::bigint
    ON CONFLICT (customer_id, line_id, due_on) DO NOTHING
    RETURNING customer_id, collection_id, line_id, planned_minor
)

INSERT INTO money.collection_try (
    customer_id, try_id, collection_id, line_id, source_id, amount_minor, due_on, try_on, try_from, number, slot
)
SELECT
    planned.customer_id, nextval('money.number'), planned.collection_id, planned.line_id, first.source_id, planned.planned_minor, %(due_on)s::date,
    %(on)s::date, %(try_from)s::time, 1, 0
FROM planned
CROSS JOIN LATERAL (
    SELECT source.source_id
    FROM money.payment_source AS source
    WHERE source.customer_id = planned.customer_id AND source.line_id = planned.line_id AND source.stopped_at IS NULL
    ORDER BY source.place ASC, source.source_id ASC
    LIMIT 1
) AS first
