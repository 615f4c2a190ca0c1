-- Read where a bank's results are read on from.
SELECT place
FROM money.bank_place
WHERE bank = %(bank)s::text
