-- Write what lines of a made book owed at past month ends: seven of ten owe, one of twenty falls behind at some month and stays so for up to half a year.
INSERT INTO money.month_end (customer_id, line_id, owed_minor, overdue_minor, month_end, days_past_due)
SELECT
    customer_id, line_id, owed_minor, CASE WHEN late_days > 0 THEN owed_minor / 3 ELSE 0 END, month_end, late_days
FROM (
    SELECT
        line.customer_id, line.line_id, past.month_end,
        10000 + mod(hashint8extended(line.customer_id, 12) & 2147483647, 300000)::bigint AS owed_minor,
        CASE
            WHEN mod(hashint8extended(line.customer_id, 13) & 2147483647, 20) = 0 AND past.number - began.number BETWEEN 0 AND began.lasts
                THEN 5 + 30 * (past.number - began.number)
            ELSE 0
        END AS late_days
    FROM unnest(%(month_ends)b::date[]) WITH ORDINALITY AS past (month_end, number)
    CROSS JOIN money.line
    CROSS JOIN LATERAL (
        SELECT
            1 + mod(hashint8extended(line.customer_id, 14) & 2147483647, 12)::integer AS number,
            mod(hashint8extended(line.customer_id, 15) & 2147483647, 7)::integer AS lasts
    ) AS began
    WHERE
        line.opened_on <= past.month_end
        AND (
            mod(hashint8extended(line.customer_id, 16 + past.number) & 2147483647, 10) < 7
            OR past.number - began.number BETWEEN 0 AND began.lasts
        )
) AS drawn
ORDER BY month_end, customer_id
