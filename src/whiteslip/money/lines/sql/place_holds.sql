-- Take each line's sum if, and only if, the line is open, not barred, and has room at its restriction level: from 3 on a share of the fixed limit, from 4 on
-- nothing. One row a line, sorted, so concurrent batches meet in one order.
-- Pure twin: money/lines/rules.py: may_hold
UPDATE money.line
SET held_minor = line.held_minor + request.amount_minor
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(amounts_minor)b::bigint[], %(in_plans)b::boolean[])
    AS request (customer_id, line_id, amount_minor, in_plan)
WHERE
    line.customer_id = request.customer_id
    AND line.line_id = request.line_id
    AND line.status = 'open'
    AND NOT line.credit_barred
    AND NOT (request.in_plan AND line.plans_barred)
    AND line.principal_minor + line.held_minor + request.amount_minor <= CASE
        WHEN line.restriction_level < 3 THEN line.fixed_limit_minor + line.temporary_limit_minor
        WHEN line.restriction_level = 3 THEN line.fixed_limit_minor * %(restricted_share_ppm)s::bigint / 1000000
        ELSE 0
    END
RETURNING line.customer_id, line.line_id
