-- Take the name and the shop's reference of people away; the number and the day they joined stay.
UPDATE credit.customer
SET display_name = %(mark)s, reference = 'erased-' || customer.customer_id
WHERE customer.customer_id = ANY(%(customer_ids)b::bigint[])
