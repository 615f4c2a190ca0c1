-- Find a version of a product, the newest where none is named.
SELECT product_id
FROM money.product
WHERE name = %(name)s AND (%(version)s::integer IS NULL OR version = %(version)s::integer)
ORDER BY version DESC
LIMIT 1
