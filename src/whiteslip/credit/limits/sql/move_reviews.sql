-- Move reviews from one state to the next, each with its event; one that is not where it was seen is left alone.
WITH moved AS (
    UPDATE credit.limit_review AS review
    SET
        state = move.after,
        steps = review.steps + 1,
        after_minor = CASE WHEN move.after = 'reversed' THEN review.after_minor ELSE move.limit_minor END,
        effective_on = CASE WHEN move.command = 'object' THEN review.effective_on ELSE coalesce(move.effective_on, review.effective_on) END,
        objected_on = CASE WHEN move.command = 'object' THEN %(on_date)s::date ELSE review.objected_on END,
        answered_on = CASE
            WHEN review.objected_on IS NOT NULL AND move.command IN ('approve', 'withdraw', 'reverse', 'uphold')
                THEN coalesce(review.answered_on, %(on_date)s::date)
            ELSE review.answered_on
        END,
        change_id = CASE WHEN move.after = 'applied' THEN coalesce(move.change_id, review.change_id) ELSE review.change_id END,
        restored_id = CASE WHEN move.after = 'reversed' THEN move.change_id END,
        people = CASE WHEN move.person = ANY(review.people) OR move.person IS NULL THEN review.people ELSE review.people || move.person END
    FROM unnest(
        %(customer_ids)b::bigint[], %(review_ids)b::bigint[], %(before)b::text[], %(after)b::text[], %(commands)b::text[], %(actors)b::text[],
        %(persons)b::text[], %(limits_minor)b::bigint[], %(effective_ons)b::date[], %(change_ids)b::bigint[], %(notes)b::text[]
    ) AS move (customer_id, review_id, before, after, command, actor, person, limit_minor, effective_on, change_id, note)
    WHERE review.customer_id = move.customer_id AND review.review_id = move.review_id AND review.state = move.before
    RETURNING
        review.customer_id, review.review_id, review.steps, move.before, move.after, move.command, move.actor, move.limit_minor,
        move.effective_on, move.note
)

INSERT INTO credit.limit_review_event (
    customer_id, review_id, step, limit_minor, happened_at, happened_on, effective_on, from_state, to_state, command, actor, note
)
SELECT
    customer_id, review_id, steps, limit_minor, %(at)s::timestamptz, %(on_date)s::date, effective_on, before, after, command, actor, note
FROM moved
RETURNING customer_id, review_id
