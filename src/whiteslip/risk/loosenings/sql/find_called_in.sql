-- Find the grants whose early end has come, in the order of lines.
SELECT given.customer_id, given.line_id, given.limit_id, given.amount_minor, given.ends_on, given.tightening_id
FROM risk.loosening_grant AS given
INNER JOIN money.temporary_limit ON temporary_limit.customer_id = given.customer_id AND temporary_limit.limit_id = given.limit_id
WHERE given.early_on <= %(on)s::date AND given.ended_on IS NULL AND temporary_limit.status = 'active'
ORDER BY given.customer_id, given.line_id, given.limit_id
