-- Of the lines that owe, those that owe most, so many of a million, and their share of all that is owed.
SELECT
    count(*) FILTER (WHERE ranked.place <= ranked.lines * %(top_ppm)s::bigint / 1000000) AS hits,
    count(*) AS out_of,
    %(as_of)s::date AS seen_on,
    (
        sum(ranked.principal_minor) FILTER (WHERE ranked.place <= ranked.lines * %(top_ppm)s::bigint / 1000000) * 1000000
        / nullif(sum(ranked.principal_minor), 0)
    )::bigint AS value_ppm
FROM (
    SELECT line.principal_minor, row_number() OVER (ORDER BY line.principal_minor DESC) AS place, count(*) OVER () AS lines
    FROM money.line
    WHERE line.principal_minor > 0
) AS ranked
