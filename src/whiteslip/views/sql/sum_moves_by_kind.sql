-- Sum by kind what was posted in some days, to suspense too.
SELECT kind::text AS kind, debit::text AS debit, credit::text AS credit, sum(amount_minor)::bigint AS amount_minor, sum(movements)::bigint AS movements
FROM (
    SELECT kind, debit, credit, sum(amount_minor) AS amount_minor, count(*) AS movements
    FROM money.movement
    WHERE business_date BETWEEN %(since)s::date AND %(until)s::date
    GROUP BY kind, debit, credit
    UNION ALL
    SELECT kind, debit, credit, sum(amount_minor) AS amount_minor, count(*) AS movements
    FROM money.suspense_entry
    WHERE business_date BETWEEN %(since)s::date AND %(until)s::date
    GROUP BY kind, debit, credit
) AS posted
GROUP BY kind, debit, credit
ORDER BY kind, debit, credit
