-- Open merchants in the order given.
INSERT INTO money.merchant (name, fee_ppm, status, category, created_at)
SELECT shop.name, shop.fee_ppm, 'open', shop.category, %(created_at)s::timestamptz
FROM unnest(%(names)b::text[], %(fees_ppm)b::integer[], %(categories)b::text[]) WITH ORDINALITY AS shop (name, fee_ppm, category, place)
ORDER BY shop.place
RETURNING merchant_id
