-- Find one published version.
SELECT product_id, terms FROM money.product WHERE name = %(name)s AND version = %(version)s::integer
