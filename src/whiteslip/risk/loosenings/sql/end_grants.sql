-- Note that grants ended early, and keep the rest that is in use as a grant of its own until the promised end.
WITH ended AS (
    UPDATE risk.loosening_grant AS given SET ended_on = %(on)s::date
    FROM unnest(%(customer_ids)b::bigint[], %(limit_ids)b::bigint[], %(kept_ids)b::bigint[], %(kept_minor)b::bigint[])
        AS wanted (customer_id, limit_id, kept_id, kept_minor)
    WHERE given.customer_id = wanted.customer_id AND given.limit_id = wanted.limit_id AND given.ended_on IS NULL
    RETURNING given.customer_id, given.tightening_id, given.line_id, given.limit_id, given.ends_on, wanted.kept_id, wanted.kept_minor
)

INSERT INTO risk.loosening_grant (customer_id, tightening_id, limit_id, line_id, amount_minor, kept_of, granted_on, ends_on)
SELECT customer_id, tightening_id, kept_id, line_id, kept_minor, limit_id, %(on)s::date, ends_on
FROM ended
WHERE kept_minor > 0
