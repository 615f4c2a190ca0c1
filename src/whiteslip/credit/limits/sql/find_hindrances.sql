-- Say which of these lines are behind, and on which a relief runs.
SELECT
    wanted.customer_id, wanted.line_id,
    EXISTS(
        SELECT FROM money.arrears
        WHERE arrears.customer_id = wanted.customer_id AND arrears.line_id = wanted.line_id AND arrears.ended_on IS NULL
    ) AS is_behind,
    EXISTS(
        SELECT FROM care.relief
        WHERE relief.customer_id = wanted.customer_id AND relief.line_id = wanted.line_id AND relief.status = 'running'
    ) AS is_on_relief
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
