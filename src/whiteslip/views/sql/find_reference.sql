-- Find a person by the reference they came with.
SELECT person.customer_id, person.display_name
FROM credit.customer AS person
WHERE person.reference = %(reference)s
ORDER BY person.customer_id
LIMIT 1
