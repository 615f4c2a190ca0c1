-- Read what decides whether people can be erased: what they owe, what is held or theirs, when money last moved, legal holds and applications.
SELECT
    customer.customer_id,
    (
        SELECT coalesce(sum(i.principal_minor + i.fee_minor + i.late_fee_minor - i.paid_principal_minor - i.paid_fee_minor - i.paid_late_fee_minor), 0)
        FROM money.installment AS i
        WHERE i.customer_id = customer.customer_id AND i.status = 'open'
    )::bigint AS owed_minor,
    coalesce(line.held_minor, 0)::bigint AS held_minor,
    coalesce(line.credit_minor, 0)::bigint AS credit_minor,
    (SELECT max(movement.business_date) FROM money.movement WHERE movement.customer_id = customer.customer_id) AS last_on,
    EXISTS(SELECT 1 FROM care.legal_hold AS hold WHERE hold.customer_id = customer.customer_id AND hold.ended_at IS NULL) AS on_hold,
    EXISTS(
        SELECT 1 FROM credit.application AS asked WHERE asked.customer_id = customer.customer_id AND asked.finished_at IS NULL
    ) AS applying,
    key.destroyed_on AS erased_on
FROM credit.customer
LEFT JOIN care.data_key AS key ON key.customer_id = customer.customer_id
LEFT JOIN (
    SELECT customer_id, sum(held_minor) AS held_minor, sum(credit_minor) AS credit_minor
    FROM money.line
    WHERE customer_id = ANY(%(customer_ids)b::bigint[])
    GROUP BY customer_id
) AS line ON line.customer_id = customer.customer_id
WHERE customer.customer_id = ANY(%(customer_ids)b::bigint[])
