-- Of the purchases asked for in the window, those declined while a restriction of level 3 or more was in force on the line.
SELECT
    count(*) FILTER (
        WHERE
        purchase.status = 'declined'
        AND EXISTS (
            SELECT FROM risk.restriction
            CROSS JOIN LATERAL (
                SELECT event.in_force FROM risk.restriction_event AS event
                WHERE
                    event.customer_id = restriction.customer_id
                    AND event.restriction_id = restriction.restriction_id
                    AND event.happened_at <= purchase.authorized_at
                ORDER BY event.step DESC LIMIT 1
            ) AS then_in_force
            WHERE
                restriction.customer_id = purchase.customer_id
                AND restriction.line_id = purchase.line_id
                AND then_in_force.in_force >= 3
        )
    ) AS hits,
    count(*) AS out_of,
    (SELECT max(last.authorized_on) FROM money.purchase AS last WHERE last.authorized_on <= %(as_of)s::date AND NOT last.imported) AS seen_on
FROM money.purchase
WHERE
    purchase.authorized_on >= %(from_on)s::date AND purchase.authorized_on < %(to_on)s::date
    AND NOT purchase.imported
