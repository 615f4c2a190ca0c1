-- List merchants before a cursor, newest first.
SELECT merchant_id, name, fee_ppm, status, category
FROM money.merchant
WHERE merchant_id < %(before)s
ORDER BY merchant_id DESC
LIMIT %(limit)s
