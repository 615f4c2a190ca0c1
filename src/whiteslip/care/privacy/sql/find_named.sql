-- Find people by the keyed hash of their name.
SELECT person.customer_id FROM care.person WHERE person.name_hash = %(name_hash)s ORDER BY person.customer_id LIMIT %(most)s::integer
