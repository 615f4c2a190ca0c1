-- Batch step. Take the grants that end within some days and whose owners were not told, with the fixed limit that will hold then.
-- Idempotent: who was told is not taken again.
UPDATE credit.campaign_grant AS granted SET told_on = %(on_date)s::date
FROM money.line
WHERE
    granted.told_on IS NULL
    AND granted.ends_on <= %(on_date)s::date + %(days)s::integer
    AND granted.ends_on > %(on_date)s::date
    AND granted.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND line.customer_id = granted.customer_id
    AND line.line_id = granted.line_id
RETURNING
    granted.customer_id, granted.line_id, granted.campaign_id, granted.amount_minor, granted.ends_on,
    coalesce(
        (
            SELECT review.after_minor
            FROM credit.limit_review AS review
            WHERE
                review.customer_id = granted.customer_id
                AND review.line_id = granted.line_id
                AND review.state = 'announced'
                AND review.effective_on <= granted.ends_on
            ORDER BY review.review_id DESC
            LIMIT 1
        ),
        line.fixed_limit_minor
    ) AS limit_minor
