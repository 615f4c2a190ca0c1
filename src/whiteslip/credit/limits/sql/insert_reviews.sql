-- Keep what reviews propose, with the first event of each; a line reviewed already on the day is left out, unless a person changes it. Returns those that were kept.
WITH kept AS (
    INSERT INTO credit.limit_review (
        customer_id, review_id, line_id, run_id, before_minor, proposed_minor, after_minor, reviewed_at, reviewed_on, next_review_on, is_immediate,
        trigger, direction, bound, tier, state, reasons, people
    )
    SELECT
        new.customer_id, new.review_id, new.line_id, %(run_id)s::bigint, new.before_minor, new.proposed_minor, new.proposed_minor,
        %(at)s::timestamptz, %(on_date)s::date, new.next_review_on, new.is_immediate, %(trigger)s, new.direction, new.bound, new.tier, new.state,
        new.reasons, %(people)b::text[]
    FROM unnest(
        %(customer_ids)b::bigint[], %(review_ids)b::bigint[], %(line_ids)b::bigint[], %(befores_minor)b::bigint[], %(proposed_minor)b::bigint[],
        %(next_ons)b::date[], %(immediate)b::boolean[], %(directions)b::text[], %(bounds)b::text[], %(tiers)b::text[], %(states)b::text[],
        %(reasons)b::jsonb[]
    ) AS new (
        customer_id, review_id, line_id, before_minor, proposed_minor, next_review_on, is_immediate, direction, bound, tier, state, reasons
    )
    ON CONFLICT (customer_id, line_id, reviewed_on) WHERE trigger <> 'hand' DO NOTHING
    RETURNING customer_id, review_id, proposed_minor, state
)

INSERT INTO credit.limit_review_event (
    customer_id, review_id, step, limit_minor, happened_at, happened_on, from_state, to_state, command, actor
)
SELECT customer_id, review_id, 1, proposed_minor, %(at)s::timestamptz, %(on_date)s::date, 'none', state, 'review', %(actor)s
FROM kept
RETURNING customer_id, review_id
