-- Put a mark where a name stood that lies sealed elsewhere.
UPDATE credit.customer SET display_name = %(mark)s WHERE customer.customer_id = ANY(%(customer_ids)b::bigint[])
