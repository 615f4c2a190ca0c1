-- Let the sequences go on behind the numbers of a made book.
SELECT setval('money.number', %(lines)s::bigint * 32 + 32), setval('credit.customer_number', %(lines)s::bigint)
