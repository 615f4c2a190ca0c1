-- Restrictions that began since a day and end when their owner shows who they are, or when a person decides after that.
SELECT restriction.customer_id, restriction.restriction_id
FROM risk.restriction
WHERE restriction.since_on >= %(since)s::date AND restriction.cure IN ('verify', 'person') AND restriction.state = 'active'
ORDER BY restriction.customer_id, restriction.restriction_id
