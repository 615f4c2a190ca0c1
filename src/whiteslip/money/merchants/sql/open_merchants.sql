-- Open merchants in the order given.
INSERT INTO money.merchant (name, fee_ppm, status, created_at)
SELECT shop.name, shop.fee_ppm, 'open', %(created_at)s::timestamptz
FROM unnest(%(names)b::text[], %(fees_ppm)b::integer[]) WITH ORDINALITY AS shop (name, fee_ppm, place)
ORDER BY shop.place
RETURNING merchant_id
