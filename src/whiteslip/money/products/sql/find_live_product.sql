-- Find the newest version of a product.
SELECT product_id, terms FROM money.product WHERE name = %(name)s ORDER BY version DESC LIMIT 1
