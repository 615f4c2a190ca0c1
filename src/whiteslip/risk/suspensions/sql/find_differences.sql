-- Batch step. The lines on which the rules that fire differ from the restrictions that are active; facts and fired rules are filled in from the book.
-- Idempotent: it only reads.
SELECT judged.customer_id, judged.line_id, judged.level, judged.fired, judged.active, judged.days_past_due, judged.late_days_12m, judged.utilization
FROM (
    SELECT
        fact.customer_id, fact.line_id, fact.days_past_due, fact.late_days_12m::integer AS late_days_12m, fact.utilization, fact.restriction_level AS level,
        (/* fired */) & (SELECT sum(bit)::bigint FROM unnest(%(bits)b::bigint[]) AS bit) AS fired,
        coalesce(current.active, 0)::bigint AS active
    FROM (
        /* facts */
    ) AS fact
    LEFT JOIN (
        SELECT restriction.customer_id, restriction.line_id, sum(rule.bit) AS active
        FROM risk.restriction
        INNER JOIN unnest(%(rule_ids)b::text[], %(bits)b::bigint[]) AS rule (rule_id, bit) ON rule.rule_id = restriction.rule_id
        WHERE
            restriction.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
            AND restriction.book = %(book)s::text
            AND restriction.state = 'active'
        GROUP BY restriction.customer_id, restriction.line_id
    ) AS current ON current.customer_id = fact.customer_id AND current.line_id = fact.line_id
    WHERE %(only)s::bigint[] IS NULL OR fact.customer_id = ANY(%(only)s::bigint[])
) AS judged
WHERE judged.fired <> judged.active
ORDER BY judged.customer_id, judged.line_id
