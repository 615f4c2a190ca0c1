-- Batch step. The ranges of customers with lines that have not closed a day.
-- Idempotent: it only reads.
SELECT range_no
FROM (SELECT DISTINCT customer_id / %(range_size)s::integer AS range_no FROM money.line) AS ranges
WHERE NOT EXISTS (
    SELECT FROM infra.day_range
    WHERE day_range.business_date = %(business_date)s::date AND day_range.range_no = ranges.range_no
)
ORDER BY range_no
