-- Read where the book stands.
SELECT current_on, closed_on, range_size FROM infra.business_day
