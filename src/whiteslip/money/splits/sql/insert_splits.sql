-- Keep splits of statements.
INSERT INTO money.statement_split (
    customer_id, split_id, line_id, principal_minor, fee_minor, minimum_before_minor, minimum_after_minor, statement_on, split_on, months, version
)
SELECT
    new.customer_id, new.split_id, new.line_id, new.principal_minor, new.fee_minor, new.minimum_before_minor, new.minimum_after_minor, new.statement_on,
    new.split_on, new.months, new.version
FROM unnest(
    %(customer_ids)b::bigint[], %(split_ids)b::bigint[], %(line_ids)b::bigint[], %(principals_minor)b::bigint[], %(fees_minor)b::bigint[],
    %(minimums_before)b::bigint[], %(minimums_after)b::bigint[], %(statement_ons)b::date[], %(split_ons)b::date[], %(months)b::smallint[],
    %(versions)b::text[]
) AS new (
    customer_id, split_id, line_id, principal_minor, fee_minor, minimum_before_minor, minimum_after_minor, statement_on, split_on, months, version
)
