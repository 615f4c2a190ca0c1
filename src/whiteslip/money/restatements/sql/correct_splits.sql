-- Let splits of statements be what another life of their line makes of them.
UPDATE money.statement_split
SET
    principal_minor = lived.principal_minor, fee_minor = lived.fee_minor, minimum_before_minor = lived.before_minor,
    minimum_after_minor = lived.after_minor
FROM unnest(%(numbers)b::bigint[], %(principals_minor)b::bigint[], %(fees_minor)b::bigint[], %(befores_minor)b::bigint[], %(afters_minor)b::bigint[])
    AS lived (number, principal_minor, fee_minor, before_minor, after_minor)
WHERE statement_split.customer_id = %(customer_id)s::bigint AND statement_split.split_id = lived.number
