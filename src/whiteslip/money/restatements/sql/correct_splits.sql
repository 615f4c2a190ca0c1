-- Let splits of statements be what another life of their line makes of them; undone_by marks one of which nothing is left to split.
-- Minimum payments that are NULL stay, as their statement is due already.
UPDATE money.statement_split
SET
    principal_minor = lived.principal_minor, fee_minor = lived.fee_minor,
    minimum_before_minor = coalesce(lived.before_minor, statement_split.minimum_before_minor),
    minimum_after_minor = coalesce(lived.after_minor, statement_split.minimum_after_minor),
    undone_by = lived.undone_by
FROM unnest(
    %(numbers)b::bigint[], %(principals_minor)b::bigint[], %(fees_minor)b::bigint[], %(befores_minor)b::bigint[], %(afters_minor)b::bigint[],
    %(undone_bys)b::bigint[]
) AS lived (number, principal_minor, fee_minor, before_minor, after_minor, undone_by)
WHERE statement_split.customer_id = %(customer_id)s::bigint AND statement_split.split_id = lived.number
