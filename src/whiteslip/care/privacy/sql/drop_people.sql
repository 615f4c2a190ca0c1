-- Drop what was sealed of people whose keys are destroyed.
DELETE FROM care.person WHERE person.customer_id = ANY(%(customer_ids)b::bigint[])
