-- Read merchants by id.
SELECT merchant_id, name, fee_ppm, status, category FROM money.merchant WHERE merchant_id = ANY(%(merchant_ids)b::bigint[])
