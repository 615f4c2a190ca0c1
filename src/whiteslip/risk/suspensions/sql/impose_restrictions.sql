-- Write restrictions with the first step of each; one imposed by a book names its decision.
WITH imposed AS (
    INSERT INTO risk.restriction (
        customer_id, restriction_id, line_id, level, state, book, book_version, rule_id, reasons, way_out, appeal_route, notice_id, since_on,
        decision_id
    )
    SELECT
        new.customer_id, new.restriction_id, new.line_id, new.level, 'active', new.book, new.book_version, new.rule_id, new.reasons, new.way_out,
        %(appeal_route)s::text, new.notice_id, %(since_on)s::date, new.decision_id
    FROM unnest(
        %(customer_ids)b::bigint[], %(restriction_ids)b::bigint[], %(line_ids)b::bigint[], %(levels)b::smallint[], %(books)b::text[],
        %(versions)b::integer[], %(rule_ids)b::text[], %(reasons)b::jsonb[], %(ways_out)b::text[], %(notice_ids)b::bigint[],
        %(decision_ids)b::bigint[]
    ) AS new (customer_id, restriction_id, line_id, level, book, book_version, rule_id, reasons, way_out, notice_id, decision_id)
    RETURNING customer_id, restriction_id, decision_id
)

INSERT INTO risk.restriction_event (customer_id, restriction_id, step, from_state, to_state, actor, happened_on, happened_at, decision_id)
SELECT customer_id, restriction_id, 1, 'none', 'active', %(actor)s::text, %(since_on)s::date, %(happened_at)s::timestamptz, decision_id
FROM imposed
