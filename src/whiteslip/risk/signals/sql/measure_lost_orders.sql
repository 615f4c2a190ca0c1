-- Of the purchases asked for in the window, those declined while a restriction of level 3 or more was in force on the line. Where none was asked for
-- in it, but some were before, its source fell silent before the window.
SELECT
    asked.hits, asked.out_of,
    coalesce(
        asked.seen_on,
        CASE WHEN EXISTS (SELECT FROM money.purchase AS ever WHERE NOT ever.imported) THEN %(from_on)s::date - 1 END
    ) AS seen_on
FROM (
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
        max(purchase.authorized_on) AS seen_on
    FROM money.purchase
    WHERE
        purchase.authorized_on >= %(from_on)s::date AND purchase.authorized_on < %(to_on)s::date
        AND NOT purchase.imported
) AS asked
