-- Count the lines a loosening gave anything, and sum what of it may still be used.
SELECT
    count(DISTINCT given.line_id) AS lines,
    count(DISTINCT given.line_id) FILTER (WHERE temporary_limit.status = 'active') AS active_lines,
    coalesce(sum(given.amount_minor) FILTER (WHERE temporary_limit.status = 'active'), 0)::bigint AS active_minor
FROM risk.loosening_grant AS given
INNER JOIN money.temporary_limit ON temporary_limit.customer_id = given.customer_id AND temporary_limit.limit_id = given.limit_id
WHERE given.tightening_id = %(tightening_id)s::integer
