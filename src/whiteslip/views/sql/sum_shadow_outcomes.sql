-- Sum what the shadow of a version showed by outcome: by the live version, by the shadow, and on how many rows.
SELECT
    outcome.live,
    outcome.shadow,
    sum(outcome.total)::bigint AS total
FROM decisioning.shadow_count AS batch
CROSS JOIN LATERAL unnest(batch.live_outcomes, batch.shadow_outcomes, batch.outcome_rows) AS outcome (live, shadow, total)
WHERE batch.name = %(book)s::text AND batch.shadow_version = %(version)s::integer
GROUP BY outcome.live, outcome.shadow
ORDER BY outcome.live, outcome.shadow
