-- Batch step. Count the lines judged, and list those on which the rules that fire differ from the restrictions that are active; the facts, the
-- rules, what they see and whose lines count are filled in from the book.
-- A rule that cannot be known and asks for review keeps the restriction it has. What is listed is worked out for the lines that differ alone.
-- Idempotent: it only reads.
SELECT
    count(*) AS lines,
    jsonb_agg(
        jsonb_build_array(
            judged.customer_id, judged.line_id, judged.level, judged.fired, judged.unknown, judged.active, coalesce(judged.gone, '{}'), judged.seen
        )
    ) FILTER (
        WHERE
        judged.gone IS NOT NULL
        OR (
            (judged.fired & %(acting)s::bigint) <> judged.active
            AND ((judged.fired & %(acting)s::bigint) | (judged.unknown & judged.active & %(reviewing)s::bigint)) <> judged.active
        )
    ) AS findings
FROM (
    SELECT
        fact.customer_id, fact.line_id, fact.restriction_level AS level,
        (/* fired */) AS fired,
        (/* unknown */) AS unknown,
        (/* seen */) AS seen,
        coalesce(current.active, 0)::bigint AS active, current.gone
    FROM (
        /* facts */
    ) AS fact
    LEFT JOIN (
        SELECT
            restriction.customer_id, restriction.line_id, sum(rule.bit) AS active,
            array_agg(restriction.rule_id) FILTER (WHERE rule.bit IS NULL) AS gone
        FROM risk.restriction
        LEFT JOIN unnest(%(rule_ids)b::text[], %(levels)b::smallint[], %(bits)b::bigint[]) AS rule (rule_id, level, bit)
            ON rule.rule_id = restriction.rule_id AND rule.level = restriction.level
        WHERE
            restriction.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
            AND restriction.book = %(book)s::text
            AND restriction.state = 'active'
        GROUP BY restriction.customer_id, restriction.line_id
    ) AS current ON current.customer_id = fact.customer_id AND current.line_id = fact.line_id
    WHERE
        (%(customer_ids)b::bigint[] IS NULL OR fact.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND (/* whose */)
) AS judged
