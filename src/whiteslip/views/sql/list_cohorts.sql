-- List the months in which lines were opened up to a day, with how many.
SELECT date_trunc('month', opened_on)::date AS opened_in, count(*) AS lines
FROM money.line
WHERE opened_on <= %(until)s::date
GROUP BY date_trunc('month', opened_on)
ORDER BY opened_in
