-- Read published versions by id.
SELECT product_id, terms FROM money.product WHERE product_id = ANY(%(product_ids)b::integer[])
