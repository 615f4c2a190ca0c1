-- How the running reliefs of a range of customers stand: their oldest unpaid due, and what was repaid since a promise.
-- A due that rolled on because its minimum was paid has another date now, and so is no longer this relief's.
SELECT
    relief.customer_id, relief.relief_id, relief.form, relief.amount_minor, relief.ends_on,
    CASE WHEN relief.form <> 'promise' THEN unpaid.oldest_on END AS oldest_unpaid_on,
    CASE WHEN relief.form = 'promise' THEN coalesce(repaid.amount_minor, 0) ELSE 0 END::bigint AS repaid_minor
FROM care.relief
LEFT JOIN LATERAL (
    SELECT min(installment.due_on) AS oldest_on
    FROM care.relief_due
    INNER JOIN money.installment
        ON
            installment.customer_id = relief_due.customer_id
            AND installment.installment_id = relief_due.installment_id
            AND installment.due_on = relief_due.due_on
            AND installment.status = 'open'
    WHERE relief_due.customer_id = relief.customer_id AND relief_due.relief_id = relief.relief_id
) AS unpaid ON TRUE
LEFT JOIN LATERAL (
    SELECT sum(repayment.amount_minor) AS amount_minor
    FROM money.received AS repayment
    WHERE
        repayment.customer_id = relief.customer_id
        AND repayment.line_id = relief.line_id
        AND repayment.repayment_id > relief.relief_id
        AND repayment.repaid_on >= relief.started_on
        AND repayment.reversed_on IS NULL
) AS repaid ON relief.form = 'promise'
WHERE relief.status = 'running' AND relief.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
ORDER BY relief.customer_id, relief.relief_id
