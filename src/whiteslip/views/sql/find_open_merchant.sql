-- Find a shop that sells.
SELECT merchant_id FROM money.merchant WHERE merchant_id = %(merchant_id)s::bigint AND status = 'open'
