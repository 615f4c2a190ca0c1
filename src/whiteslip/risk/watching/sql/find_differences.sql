-- Batch step. Count the lines judged, and list those on which the rules that fire differ from the restrictions that are active; the facts, the
-- rules, what they see and whose lines count are filled in from the book.
-- A rule that cannot be known and asks for review keeps the restriction it has. Only restrictions with an automatic cure end because their rule fires
-- no more; the others hold their rule's place at whatever level. A rule that asks for a person's look differs until a case of fraud is open.
-- What is listed is worked out for the lines that differ alone.
-- Idempotent: it only reads.
SELECT
    count(*) AS lines,
    jsonb_agg(
        jsonb_build_array(
            judged.customer_id, judged.line_id, judged.level, judged.fired, judged.unknown, judged.standing, judged.curable, judged.probation,
            (judged.fired & %(asking)s::bigint) <> 0 AND NOT EXISTS (
                SELECT FROM risk.review_case AS live
                WHERE live.customer_id = judged.customer_id AND live.kind = 'fraud' AND live.state IN ('open', 'taken')
            ), coalesce(judged.gone, '{}'), judged.seen
        )
    ) FILTER (
        WHERE
        judged.gone IS NOT NULL
        OR (judged.fired & %(acting)s::bigint & ~judged.standing) <> 0
        OR (judged.curable & ~judged.fired & ~(judged.unknown & %(reviewing)s::bigint)) <> 0
        OR (judged.probation & judged.fired) <> 0
        OR (
            (judged.fired & %(asking)s::bigint) <> 0
            AND NOT EXISTS (
                SELECT FROM risk.review_case AS live
                WHERE live.customer_id = judged.customer_id AND live.kind = 'fraud' AND live.state IN ('open', 'taken')
            )
        )
    ) AS findings
FROM (
    SELECT
        fact.customer_id, fact.line_id, fact.restriction_level AS level,
        (/* fired */) AS fired,
        (/* unknown */) AS unknown,
        (/* seen */) AS seen,
        coalesce(held.standing, 0)::bigint AS standing, coalesce(held.curable, 0)::bigint AS curable,
        coalesce(held.probation, 0)::bigint AS probation, held.gone
    FROM (
        /* facts */
    ) AS fact
    LEFT JOIN (
        SELECT
            restriction.customer_id, restriction.line_id,
            sum(rule.bit) FILTER (WHERE rule.level = restriction.level OR restriction.cure <> 'automatic') AS standing,
            sum(rule.bit) FILTER (
                WHERE rule.level = restriction.level AND restriction.cure = 'automatic' AND restriction.state NOT IN ('probation', 'overridden')
            ) AS curable,
            sum(rule.bit) FILTER (WHERE restriction.state = 'probation') AS probation,
            array_agg(restriction.rule_id) FILTER (
                WHERE rule.level IS DISTINCT FROM restriction.level AND restriction.cure = 'automatic' AND restriction.state <> 'overridden'
            ) AS gone
        FROM risk.restriction
        LEFT JOIN unnest(%(rule_ids)b::text[], %(levels)b::smallint[], %(bits)b::bigint[]) AS rule (rule_id, level, bit)
            ON rule.rule_id = restriction.rule_id
        WHERE
            restriction.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
            AND restriction.book = %(book)s::text
            AND restriction.state NOT IN ('lifted', 'dismissed')
        GROUP BY restriction.customer_id, restriction.line_id
    ) AS held ON held.customer_id = fact.customer_id AND held.line_id = fact.line_id
    WHERE
        (%(customer_ids)b::bigint[] IS NULL OR fact.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND (/* whose */)
) AS judged
