-- Find what a tightening imposed or proposed that still stands; of lines under an agreed relief alone, where asked for.
SELECT restriction.customer_id, restriction.restriction_id, restriction.state
FROM risk.tightening_member AS member
INNER JOIN risk.restriction
    ON restriction.customer_id = member.customer_id AND restriction.restriction_id = member.restriction_id
INNER JOIN money.line ON line.customer_id = member.customer_id AND line.line_id = member.line_id
WHERE
    member.tightening_id = %(tightening_id)s::integer
    AND restriction.state NOT IN ('lifted', 'dismissed')
    AND (NOT %(only_relieved)s::boolean OR line.credit_barred)
ORDER BY restriction.customer_id, restriction.restriction_id
