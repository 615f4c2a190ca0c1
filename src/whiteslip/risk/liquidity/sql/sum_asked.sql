-- Sum what was asked for after a day and up to another, with what the valve alone refused of it; and what of it each stage would let pass by its bound and
-- its word on plans, when so much of the rest is taken up again within the bound.
-- What the share of a stage lets through is not in it.
SELECT
    stage.place::integer AS stage, coalesce(sum(asked.amount_minor), 0)::bigint AS asked_minor,
    coalesce(sum(
        CASE
            WHEN fits.fits AND (stage.most_minor IS NULL OR asked.amount_minor <= stage.most_minor) THEN asked.amount_minor
            WHEN stage.plans = 'only' THEN 0
            ELSE least(asked.amount_minor, coalesce(stage.most_minor, asked.amount_minor)) * %(retakes_ppm)s::bigint / 1000000
        END
    ), 0)::bigint AS passes_minor
FROM unnest(%(most_minor)b::bigint[], %(plans)b::text[]) WITH ORDINALITY AS stage (most_minor, plans, place)
LEFT JOIN (
    SELECT purchase.authorized_minor AS amount_minor, purchase.plan_months > 0 AS in_plan
    FROM money.purchase
    WHERE
        purchase.authorized_on > %(after)s::date AND purchase.authorized_on <= %(until)s::date AND NOT purchase.imported
        AND (
            purchase.status NOT IN ('declined', 'referred')
            OR (purchase.status = 'declined' AND purchase.reasons @> '[{"code": "POL-04"}]')
        )
) AS asked ON TRUE
LEFT JOIN LATERAL (SELECT stage.plans = 'any' OR (stage.plans = 'only') = asked.in_plan AS fits) AS fits ON TRUE
GROUP BY stage.place
ORDER BY stage.place
