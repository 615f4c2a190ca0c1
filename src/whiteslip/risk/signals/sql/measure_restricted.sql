-- Of the lines that are open, those whose restrictions stand at a level or above.
SELECT
    count(*) FILTER (WHERE line.restriction_level >= %(level)s::integer) AS hits,
    count(*) AS out_of,
    %(as_of)s::date AS seen_on
FROM money.line
WHERE line.status = 'open' AND line.opened_on < %(to_on)s::date
