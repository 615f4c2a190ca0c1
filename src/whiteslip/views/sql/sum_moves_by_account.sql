-- Sum by account what was posted in some days, to suspense too.
SELECT
    leg.account::text AS account, sum(leg.debit_minor)::bigint AS debit_minor, sum(leg.credit_minor)::bigint AS credit_minor,
    sum(leg.movements)::bigint AS movements
FROM (
    SELECT debit, credit, sum(amount_minor) AS amount_minor, count(*) AS movements
    FROM money.movement
    WHERE business_date BETWEEN %(since)s::date AND %(until)s::date
    GROUP BY debit, credit
    UNION ALL
    SELECT debit, credit, sum(amount_minor) AS amount_minor, count(*) AS movements
    FROM money.suspense_entry
    WHERE business_date BETWEEN %(since)s::date AND %(until)s::date
    GROUP BY debit, credit
) AS posted
CROSS JOIN LATERAL (
    VALUES (posted.debit, posted.amount_minor, 0::numeric, posted.movements), (posted.credit, 0::numeric, posted.amount_minor, posted.movements)
) AS leg (account, debit_minor, credit_minor, movements)
GROUP BY leg.account
ORDER BY leg.account
