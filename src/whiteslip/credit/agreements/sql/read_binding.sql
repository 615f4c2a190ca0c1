-- Find the version that binds each line on a date: the newest that was accepted, or announced and has taken effect.
SELECT wanted.customer_id, wanted.line_id, binding.agreement_id
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
CROSS JOIN LATERAL (
    SELECT agreement.agreement_id
    FROM (
        SELECT accepted.agreement_id
        FROM credit.acceptance AS accepted
        WHERE accepted.customer_id = wanted.customer_id AND accepted.subject_id = wanted.line_id AND accepted.accepted_on <= %(on)s::date
        UNION ALL
        SELECT announced.agreement_id
        FROM credit.agreement_announcement AS announced
        WHERE announced.customer_id = wanted.customer_id AND announced.line_id = wanted.line_id AND announced.effective_on <= %(on)s::date
    ) AS known
    INNER JOIN credit.agreement ON agreement.agreement_id = known.agreement_id
    WHERE agreement.name = %(name)s
    ORDER BY agreement.version DESC
    LIMIT 1
) AS binding
