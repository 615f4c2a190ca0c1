-- Give an empty book its first business date.
INSERT INTO infra.business_day (current_on, closed_on, range_size)
VALUES (%(current_on)s::date, %(closed_on)s::date, %(range_size)s::integer)
ON CONFLICT (book) DO NOTHING
