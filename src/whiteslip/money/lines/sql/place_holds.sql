-- Take each line's sum if, and only if, the line is open, unrestricted and has room; one row a line, sorted, so concurrent batches meet in one order.
-- Pure twin: money/lines/rules.py: may_hold
UPDATE money.line
SET held_minor = line.held_minor + request.amount_minor
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(amounts_minor)b::bigint[]) AS request (customer_id, line_id, amount_minor)
WHERE
    line.customer_id = request.customer_id
    AND line.line_id = request.line_id
    AND line.status = 'open'
    AND line.restriction_level < 3
    AND line.principal_minor + line.held_minor + request.amount_minor <= line.fixed_limit_minor + line.temporary_limit_minor
RETURNING line.customer_id, line.line_id
