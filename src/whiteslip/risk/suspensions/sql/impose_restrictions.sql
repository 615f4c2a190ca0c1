-- Write restrictions with the first step of each; one imposed by a book names its decision; only what is active is in force.
WITH imposed AS (
    INSERT INTO risk.restriction (
        customer_id, restriction_id, line_id, level, state, book, book_version, rule_id, reasons, way_out, appeal_route, notice_id, since_on,
        decision_id, in_force, cure, probation_days, review_on, scope, until_on
    )
    SELECT
        new.customer_id, new.restriction_id, new.line_id, new.level, new.state, new.book, new.book_version, new.rule_id, new.reasons, new.way_out,
        %(appeal_route)s::text, new.notice_id, %(since_on)s::date, new.decision_id, CASE new.state WHEN 'active' THEN new.level ELSE 0 END, new.cure,
        new.probation_days, %(since_on)s::date + nullif(new.review_days, 0), new.scope, new.until_on
    FROM unnest(
        %(customer_ids)b::bigint[], %(restriction_ids)b::bigint[], %(line_ids)b::bigint[], %(levels)b::smallint[], %(states)b::text[],
        %(books)b::text[], %(versions)b::integer[], %(rule_ids)b::text[], %(reasons)b::jsonb[], %(ways_out)b::text[], %(notice_ids)b::bigint[],
        %(decision_ids)b::bigint[], %(cures)b::text[], %(probation_days)b::smallint[], %(review_days)b::smallint[],
        %(scopes)b::text[], %(until_ons)b::date[]
    ) AS new (
        customer_id, restriction_id, line_id, level, state, book, book_version, rule_id, reasons, way_out, notice_id, decision_id, cure,
        probation_days, review_days, scope, until_on
    )
    RETURNING customer_id, restriction_id, state, in_force, decision_id
)

INSERT INTO risk.restriction_event (
    customer_id, restriction_id, step, from_state, to_state, actor, happened_on, happened_at, decision_id, in_force
)
SELECT customer_id, restriction_id, 1, 'none', state, %(actor)s::text, %(since_on)s::date, %(happened_at)s::timestamptz, decision_id, in_force
FROM imposed
