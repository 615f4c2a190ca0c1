-- Forget what reliefs made due, as it is said anew.
DELETE FROM care.relief_due
WHERE customer_id = %(customer_id)s::bigint AND relief_id = ANY(%(relief_ids)b::bigint[])
