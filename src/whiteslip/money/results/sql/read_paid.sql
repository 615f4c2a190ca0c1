-- Read what paid under references, and where that was said.
SELECT reference, amount_minor, booked_on, source
FROM money.bank_result
WHERE did = 'paid' AND bank = %(bank)s::text AND reference = ANY(%(refs)b::text[])
