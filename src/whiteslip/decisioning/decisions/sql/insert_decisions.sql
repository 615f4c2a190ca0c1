-- Keep decisions of one book; nothing ever changes them.
INSERT INTO decisioning.decision (
    customer_id, decision_id, book_version, outcome, decided_on, fired, unknown, decided_at, book, facts, reasons, scores
)
SELECT
    new.customer_id, new.decision_id, new.book_version, new.outcome, %(decided_on)s::date, new.fired, new.unknown, %(decided_at)s::timestamptz,
    %(book)s, new.facts, string_to_array(new.reasons, ' '), new.scores
FROM unnest(
    %(customer_ids)b::bigint[], %(decision_ids)b::bigint[], %(book_versions)b::integer[], %(outcomes)b::smallint[], %(fired)b::bigint[],
    %(unknown)b::bigint[], %(facts)b::text[], %(reasons)b::text[], %(scores)b::jsonb[]
) AS new (customer_id, decision_id, book_version, outcome, fired, unknown, facts, reasons, scores)
