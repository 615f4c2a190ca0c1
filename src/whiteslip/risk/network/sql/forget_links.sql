-- Drop the links of people who are erased.
DELETE FROM risk.network_link WHERE network_link.customer_id = ANY(%(customer_ids)b::bigint[])
