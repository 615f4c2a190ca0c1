-- Draw numbers for things of customers.
SELECT nextval('money.number') AS number FROM generate_series(1, %(count)s::integer)
