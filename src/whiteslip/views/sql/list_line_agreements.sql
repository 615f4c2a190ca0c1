-- List the versions a line's owner accepted or was told of, the oldest first, each with how and since when.
SELECT
    agreement.agreement_id, accepted.accepted_at, accepted.accepted_on, accepted.how, accepted.actor, announced.announced_on, announced.effective_on
FROM credit.agreement
LEFT JOIN credit.acceptance AS accepted
    ON
        accepted.agreement_id = agreement.agreement_id
        AND accepted.customer_id = %(customer_id)s
        AND accepted.subject_id = %(line_id)s
LEFT JOIN credit.agreement_announcement AS announced
    ON
        announced.agreement_id = agreement.agreement_id
        AND announced.customer_id = %(customer_id)s
        AND announced.line_id = %(line_id)s
WHERE accepted.agreement_id IS NOT NULL OR announced.agreement_id IS NOT NULL
ORDER BY agreement.name, agreement.version
