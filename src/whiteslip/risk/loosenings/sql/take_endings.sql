-- Take the grants that end within some days and whose owners were not told, with the fixed limit that will hold then.
-- Idempotent: who was told is not taken again.
UPDATE risk.loosening_grant AS given SET told_on = %(on)s::date
FROM money.line
WHERE
    given.told_on IS NULL
    AND given.ended_on IS NULL
    AND given.ends_on <= %(on)s::date + %(days)s::integer
    AND given.ends_on > %(on)s::date
    AND line.customer_id = given.customer_id
    AND line.line_id = given.line_id
RETURNING
    given.customer_id, given.line_id, given.limit_id, given.amount_minor, given.ends_on,
    coalesce(
        (
            SELECT review.after_minor
            FROM credit.limit_review AS review
            WHERE
                review.customer_id = given.customer_id
                AND review.line_id = given.line_id
                AND review.state = 'announced'
                AND review.effective_on <= given.ends_on
            ORDER BY review.review_id DESC
            LIMIT 1
        ),
        line.fixed_limit_minor
    ) AS limit_minor
