-- Find the restriction of a rule and a scope that stands on a line.
SELECT restriction_id FROM risk.restriction
WHERE
    customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint AND book = %(book)s::text AND rule_id = %(rule_id)s::text
    AND scope = %(scope)s::text AND state NOT IN ('lifted', 'dismissed')
