-- Find those of some lines that are not to be given room: not open, restricted or about to be, under a relief or with one asked for, late since a day,
-- with a temporary limit, a limit on the move, an open dispute, or a person who is spared reminders for hardship, a dispute, illness or a death.
SELECT line.customer_id, line.line_id
FROM money.line
INNER JOIN unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id) USING (customer_id, line_id)
WHERE
    line.status <> 'open'
    OR line.credit_barred
    OR line.plans_barred
    OR line.temporary_limit_minor > 0
    OR line.restriction_level > %(highest_level)s::integer
    OR EXISTS (
        SELECT FROM money.arrears
        WHERE
            arrears.customer_id = line.customer_id
            AND arrears.line_id = line.line_id
            AND (arrears.ended_on IS NULL OR arrears.ended_on > %(late_since)s::date)
    )
    OR EXISTS (
        SELECT FROM risk.restriction
        WHERE
            restriction.customer_id = line.customer_id
            AND restriction.line_id = line.line_id
            AND restriction.level > %(highest_level)s::integer
            AND restriction.state NOT IN ('lifted', 'dismissed')
    )
    OR EXISTS (
        SELECT FROM care.relief
        WHERE
            relief.customer_id = line.customer_id
            AND relief.line_id = line.line_id
            AND relief.status IN ('countered', 'offered', 'agreed', 'running')
    )
    OR EXISTS (
        SELECT FROM care.contact_flag
        WHERE
            contact_flag.customer_id = line.customer_id
            AND contact_flag.since_on <= %(on)s::date
            AND (contact_flag.until_on IS NULL OR contact_flag.until_on > %(on)s::date)
    )
    OR EXISTS (
        SELECT FROM care.dispute
        WHERE dispute.customer_id = line.customer_id AND dispute.line_id = line.line_id AND dispute.status = 'open'
    )
    OR EXISTS (
        SELECT FROM credit.limit_review
        WHERE limit_review.customer_id = line.customer_id AND limit_review.line_id = line.line_id AND limit_review.state IN ('announced', 'referred')
    )
