-- Announce for a loosening that what of its grants is not in use ends early; one that ends by itself no later runs as promised.
-- Idempotent: what is called in is not called in again.
UPDATE risk.loosening_grant AS given SET early_on = greatest(%(early_on)s::date, given.granted_on + 1), told_on = %(on)s::date
FROM money.line
WHERE
    given.tightening_id = %(tightening_id)s::integer
    AND given.early_on IS NULL
    AND given.ended_on IS NULL
    AND given.ends_on > greatest(%(early_on)s::date, given.granted_on + 1)
    AND line.customer_id = given.customer_id
    AND line.line_id = given.line_id
RETURNING given.customer_id, given.line_id, given.limit_id, given.amount_minor, given.early_on, line.fixed_limit_minor
