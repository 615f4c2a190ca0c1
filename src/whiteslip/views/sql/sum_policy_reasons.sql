-- Count the restrictions of a policy by their first reason, what became of them, and what was appealed.
SELECT
    restriction.reasons -> 0 ->> 'code' AS reason, count(*) AS restrictions, count(DISTINCT restriction.customer_id) AS people,
    count(*) FILTER (WHERE restriction.in_force >= 3) AS standing, count(*) FILTER (WHERE restriction.state = 'lifted') AS back,
    count(*) FILTER (WHERE restriction.state = 'dismissed') AS dismissed,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY restriction.lifted_on - restriction.since_on) FILTER (WHERE restriction.state = 'lifted') AS median_days,
    coalesce(sum(voiced.appeals), 0)::bigint AS appeals, coalesce(sum(voiced.decided), 0)::bigint AS appeals_decided,
    coalesce(sum(voiced.granted), 0)::bigint AS appeals_granted
FROM risk.restriction
LEFT JOIN (
    SELECT
        appeal.customer_id, appeal.subject_id, count(*) AS appeals, count(*) FILTER (WHERE appeal.state = 'decided') AS decided,
        count(*) FILTER (WHERE appeal.outcome IN ('overturned', 'partly')) AS granted
    FROM care.appeal
    WHERE appeal.subject_type = 'restriction'
    GROUP BY appeal.customer_id, appeal.subject_id
) AS voiced ON voiced.customer_id = restriction.customer_id AND voiced.subject_id = restriction.restriction_id
WHERE
    (%(book)s::text IS NULL OR restriction.book = %(book)s::text)
    AND (%(version)s::integer IS NULL OR restriction.book_version = %(version)s::integer)
    AND (%(run_on)s::date IS NULL OR restriction.since_on = %(run_on)s::date)
    AND (%(reason)s::text IS NULL OR restriction.reasons -> 0 ->> 'code' = %(reason)s::text)
    AND restriction.since_on BETWEEN %(since)s::date AND %(until)s::date
GROUP BY restriction.reasons -> 0 ->> 'code'
ORDER BY reason
