-- Count what a run proposed by direction, and the cuts that other runs begun on the same day were allowed.
SELECT
    count(*) AS judged,
    count(*) FILTER (WHERE review.direction = 'cut') AS cuts,
    count(*) FILTER (WHERE review.direction = 'raise') AS raises,
    count(*) FILTER (WHERE review.direction = 'person') AS referred,
    (
        SELECT coalesce(sum(other.cuts), 0)::bigint
        FROM credit.limit_run AS other
        WHERE other.run_id <> %(run_id)s::bigint AND other.begun_on = %(on_date)s::date AND other.state IN ('settling', 'finished')
    ) AS cuts_before
FROM credit.limit_review AS review
WHERE review.run_id = %(run_id)s::bigint
