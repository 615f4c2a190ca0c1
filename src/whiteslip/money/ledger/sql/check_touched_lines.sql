-- Batch step. Compare the lines touched since a day was begun with their ledger, and keep what was right as of that day; returns those that are wrong.
-- Idempotent: a checkpoint of the day is not added to again.
-- A line without a checkpoint is added up from its beginning. Each touched line is looked up by its key, so that the plan does not hang on statistics of a day just written.
WITH posted AS (
    SELECT
        movement.customer_id, movement.line_id, movement.business_date,
        sum(CASE movement.debit WHEN 'receivable_principal' THEN movement.amount_minor ELSE 0 END)
        - sum(CASE movement.credit WHEN 'receivable_principal' THEN movement.amount_minor ELSE 0 END) AS principal_minor,
        sum(CASE WHEN movement.debit IN ('receivable_fee', 'receivable_late_fee') THEN movement.amount_minor ELSE 0 END)
        - sum(CASE WHEN movement.credit IN ('receivable_fee', 'receivable_late_fee') THEN movement.amount_minor ELSE 0 END) AS fees_minor,
        sum(CASE movement.debit WHEN 'commitment' THEN movement.amount_minor ELSE 0 END)
        - sum(CASE movement.credit WHEN 'commitment' THEN movement.amount_minor ELSE 0 END) AS held_minor,
        sum(CASE movement.credit WHEN 'customer_credit' THEN movement.amount_minor ELSE 0 END)
        - sum(CASE movement.debit WHEN 'customer_credit' THEN movement.amount_minor ELSE 0 END) AS credit_minor
    FROM money.movement
    WHERE movement.business_date >= %(business_date)s::date AND movement.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    GROUP BY movement.customer_id, movement.line_id, movement.business_date
),

moved AS (
    SELECT
        posted.customer_id, posted.line_id,
        sum(posted.principal_minor) AS principal_minor, sum(posted.fees_minor) AS fees_minor, sum(posted.held_minor) AS held_minor,
        sum(posted.credit_minor) AS credit_minor,
        coalesce(sum(posted.principal_minor) FILTER (WHERE posted.business_date = %(business_date)s::date), 0) AS day_principal_minor,
        coalesce(sum(posted.fees_minor) FILTER (WHERE posted.business_date = %(business_date)s::date), 0) AS day_fees_minor,
        coalesce(sum(posted.held_minor) FILTER (WHERE posted.business_date = %(business_date)s::date), 0) AS day_held_minor,
        coalesce(sum(posted.credit_minor) FILTER (WHERE posted.business_date = %(business_date)s::date), 0) AS day_credit_minor
    FROM posted
    LEFT JOIN money.checkpoint ON checkpoint.customer_id = posted.customer_id AND checkpoint.line_id = posted.line_id
    WHERE checkpoint.closed_on IS NULL OR posted.business_date > checkpoint.closed_on
    GROUP BY posted.customer_id, posted.line_id
),

ledger AS (
    SELECT
        moved.customer_id, moved.line_id,
        before.principal_minor + moved.principal_minor AS principal_minor,
        before.fees_minor + moved.fees_minor AS fees_minor,
        before.held_minor + moved.held_minor AS held_minor,
        before.credit_minor + moved.credit_minor AS credit_minor,
        before.principal_minor + moved.day_principal_minor AS day_principal_minor,
        before.fees_minor + moved.day_fees_minor AS day_fees_minor,
        before.held_minor + moved.day_held_minor AS day_held_minor,
        before.credit_minor + moved.day_credit_minor AS day_credit_minor
    FROM moved
    LEFT JOIN money.checkpoint ON checkpoint.customer_id = moved.customer_id AND checkpoint.line_id = moved.line_id
    CROSS JOIN LATERAL (
        SELECT
            sum(CASE movement.debit WHEN 'receivable_principal' THEN movement.amount_minor ELSE 0 END)
            - sum(CASE movement.credit WHEN 'receivable_principal' THEN movement.amount_minor ELSE 0 END) AS principal_minor,
            sum(CASE WHEN movement.debit IN ('receivable_fee', 'receivable_late_fee') THEN movement.amount_minor ELSE 0 END)
            - sum(CASE WHEN movement.credit IN ('receivable_fee', 'receivable_late_fee') THEN movement.amount_minor ELSE 0 END) AS fees_minor,
            sum(CASE movement.debit WHEN 'commitment' THEN movement.amount_minor ELSE 0 END)
            - sum(CASE movement.credit WHEN 'commitment' THEN movement.amount_minor ELSE 0 END) AS held_minor,
            sum(CASE movement.credit WHEN 'customer_credit' THEN movement.amount_minor ELSE 0 END)
            - sum(CASE movement.debit WHEN 'customer_credit' THEN movement.amount_minor ELSE 0 END) AS credit_minor
        FROM money.movement
        WHERE
            checkpoint.customer_id IS NULL
            AND movement.customer_id = moved.customer_id
            AND movement.line_id = moved.line_id
            AND movement.business_date < %(business_date)s::date
    ) AS history
    CROSS JOIN LATERAL (
        SELECT
            coalesce(checkpoint.principal_minor, history.principal_minor, 0) AS principal_minor,
            coalesce(checkpoint.fees_minor, history.fees_minor, 0) AS fees_minor,
            coalesce(checkpoint.held_minor, history.held_minor, 0) AS held_minor,
            coalesce(checkpoint.credit_minor, history.credit_minor, 0) AS credit_minor
    ) AS before
),

kept AS (
    INSERT INTO money.checkpoint (customer_id, line_id, closed_on, principal_minor, fees_minor, held_minor, credit_minor)
    SELECT
        ledger.customer_id, ledger.line_id, %(business_date)s::date, ledger.day_principal_minor, ledger.day_fees_minor, ledger.day_held_minor,
        ledger.day_credit_minor
    FROM ledger
    ON CONFLICT (customer_id, line_id) DO UPDATE
        SET
            closed_on = excluded.closed_on, principal_minor = excluded.principal_minor, fees_minor = excluded.fees_minor,
            held_minor = excluded.held_minor, credit_minor = excluded.credit_minor
)

SELECT
    line.customer_id, line.line_id, line.principal_minor, ledger.principal_minor AS ledger_principal_minor, debts.principal_minor AS debts_principal_minor,
    ledger.fees_minor AS ledger_fees_minor, debts.fees_minor AS debts_fees_minor, line.held_minor, ledger.held_minor AS ledger_held_minor,
    line.credit_minor, ledger.credit_minor AS ledger_credit_minor
FROM ledger
INNER JOIN money.line ON line.customer_id = ledger.customer_id AND line.line_id = ledger.line_id
CROSS JOIN infra.business_day AS day
CROSS JOIN LATERAL (
    SELECT
        CASE
            WHEN day.closed_on = day.current_on - 1 THEN day.current_on
            WHEN EXISTS (
                SELECT FROM infra.day_range
                WHERE day_range.business_date = day.current_on - 1 AND day_range.range_no = ledger.customer_id / day.range_size
            ) THEN day.current_on
            ELSE day.current_on - 1
        END AS reached_on
) AS reached
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(installment.principal_minor - installment.paid_principal_minor), 0) AS principal_minor,
        coalesce(
            sum(installment.late_fee_minor - installment.paid_late_fee_minor + money.fee_owed(installment, reached.reached_on)), 0
        ) AS fees_minor
    FROM money.installment
    WHERE installment.customer_id = ledger.customer_id AND installment.line_id = ledger.line_id AND installment.status = 'open'
) AS debts
WHERE
    line.principal_minor <> ledger.principal_minor
    OR line.principal_minor <> debts.principal_minor
    OR line.held_minor <> ledger.held_minor
    OR line.credit_minor <> ledger.credit_minor
    OR ledger.fees_minor <> debts.fees_minor
ORDER BY line.customer_id, line.line_id
LIMIT 100
