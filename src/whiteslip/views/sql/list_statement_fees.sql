-- Sum the fees of some of a line's statements by kind, and by the credit agreement that bound the line on the day each was charged for.
-- What a night charges is dated the day after; a deferral fee is dated its own day.
SELECT bill.statement_on, fee.kind, binding.agreement_id, sum(fee.amount_minor)::bigint AS amount_minor
FROM unnest(%(statement_ons)b::date[]) AS bill (statement_on)
CROSS JOIN LATERAL (
    SELECT charged.kind, charged.amount_minor, charged.charged_on
    FROM (
        SELECT
            movement.kind::text AS kind, movement.amount_minor,
            movement.business_date - CASE WHEN movement.kind = 'deferral_fee' THEN 0 ELSE 1 END AS charged_on
        FROM money.movement
        WHERE
            movement.customer_id = %(customer_id)s AND movement.line_id = %(line_id)s AND movement.kind::text = ANY(%(kinds)b::text[])
            AND movement.business_date BETWEEN (bill.statement_on - interval '1 month')::date AND bill.statement_on
    ) AS charged
    WHERE charged.charged_on >= (bill.statement_on - interval '1 month')::date AND charged.charged_on < bill.statement_on
) AS fee
LEFT JOIN LATERAL (
    SELECT agreement.agreement_id
    FROM (
        SELECT accepted.agreement_id
        FROM credit.acceptance AS accepted
        WHERE accepted.customer_id = %(customer_id)s AND accepted.subject_id = %(line_id)s AND accepted.accepted_on <= fee.charged_on
        UNION ALL
        SELECT announced.agreement_id
        FROM credit.agreement_announcement AS announced
        WHERE announced.customer_id = %(customer_id)s AND announced.line_id = %(line_id)s AND announced.effective_on <= fee.charged_on
    ) AS known
    INNER JOIN credit.agreement ON agreement.agreement_id = known.agreement_id
    WHERE agreement.name = %(agreement)s
    ORDER BY agreement.version DESC
    LIMIT 1
) AS binding ON TRUE
GROUP BY bill.statement_on, fee.kind, binding.agreement_id
ORDER BY bill.statement_on, fee.kind, binding.agreement_id
