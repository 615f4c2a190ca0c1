-- Add changes to the balances of lines; one row a line, sorted by key.
UPDATE money.line
SET
    principal_minor = line.principal_minor + change.principal_minor,
    held_minor = line.held_minor + change.held_minor,
    credit_minor = line.credit_minor + change.credit_minor,
    credited_total_minor = line.credited_total_minor + change.credited_minor
FROM unnest(
    %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(principals_minor)b::bigint[], %(helds_minor)b::bigint[], %(credits_minor)b::bigint[],
    %(credited_minor)b::bigint[]
) AS change (customer_id, line_id, principal_minor, held_minor, credit_minor, credited_minor)
WHERE line.customer_id = change.customer_id AND line.line_id = change.line_id
