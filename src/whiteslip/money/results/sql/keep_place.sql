-- Keep where a bank's results are read on from.
INSERT INTO money.bank_place (bank, place)
VALUES (%(bank)s::text, %(place)s::text)
ON CONFLICT (bank) DO UPDATE SET place = excluded.place
