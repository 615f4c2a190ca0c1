-- The reliefs of a line that began, with the number drawn when they did.
SELECT relief_id, started_on, acted_number, terms, fee_minor
FROM care.relief
WHERE customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint AND started_on IS NOT NULL
ORDER BY relief_id ASC
