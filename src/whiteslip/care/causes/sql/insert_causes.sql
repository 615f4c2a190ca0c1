-- Add attributions; none is ever changed.
INSERT INTO care.cause (
    customer_id, cause_id, line_id, since_on, cause, source, confidence_pct, evidence, words, feedback, quiet_until, actor, attributed_on, attributed_at
)
SELECT
    new.customer_id, new.cause_id, new.line_id, new.since_on, new.cause, new.source, new.confidence_pct, new.evidence, new.words, new.feedback,
    new.quiet_until, new.actor, %(on)s::date, %(at)s::timestamptz
FROM unnest(
    %(customer_ids)b::bigint[], %(cause_ids)b::bigint[], %(line_ids)b::bigint[], %(since_ons)b::date[], %(causes)b::text[], %(sources)b::text[],
    %(confidences)b::smallint[], %(evidence)b::jsonb[], %(words)b::text[], %(feedback)b::text[], %(quiet_untils)b::date[], %(actors)b::text[]
) AS new (customer_id, cause_id, line_id, since_on, cause, source, confidence_pct, evidence, words, feedback, quiet_until, actor)
