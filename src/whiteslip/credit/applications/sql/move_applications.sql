-- Move applications from one status to the next, each with its event; one that is not where it was seen is left alone.
WITH moved AS (
    UPDATE credit.application
    SET
        status = move.after,
        steps = application.steps + 1,
        limit_minor = coalesce(move.limit_minor, application.limit_minor),
        line_id = coalesce(move.line_id, application.line_id),
        bound = coalesce(move.bound, application.bound),
        reasons = coalesce(move.reasons, application.reasons),
        expires_on = coalesce(move.expires_on, application.expires_on),
        finished_at = CASE WHEN move.after NOT IN ('received', 'inquiring', 'referred') THEN %(at)s::timestamptz END
    FROM unnest(
        %(customer_ids)b::bigint[], %(application_ids)b::bigint[], %(before)b::text[], %(after)b::text[], %(actors)b::text[], %(limits)b::bigint[],
        %(line_ids)b::bigint[], %(bounds)b::text[], %(reasons)b::jsonb[], %(expires_ons)b::date[]
    ) AS move (customer_id, application_id, before, after, actor, limit_minor, line_id, bound, reasons, expires_on)
    WHERE
        application.customer_id = move.customer_id
        AND application.application_id = move.application_id
        AND application.status = move.before
    RETURNING application.customer_id, application.application_id, application.steps, move.before, move.after, move.actor, move.limit_minor, move.reasons
)

INSERT INTO credit.application_event (
    customer_id, application_id, step, limit_minor, happened_at, happened_on, from_status, to_status, actor, reasons
)
SELECT customer_id, application_id, steps, limit_minor, %(at)s::timestamptz, %(on)s::date, before, after, actor, reasons
FROM moved
RETURNING customer_id, application_id
