-- Read what is kept of results of a bank.
SELECT result_id, reference, outcome, amount_minor, currency, reason, booked_on, did
FROM money.bank_result
WHERE bank = %(bank)s::text AND result_id = ANY(%(result_ids)b::text[])
