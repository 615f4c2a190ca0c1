-- Sum by the day of authorization and the day of capture what was captured, and by the day of authorization what was authorized, after one day and up to
-- another; and what of the purchases that are authorized still is held. Imported ones were never held.
SELECT
    array_agg(summed.authorized_on) AS authorized_ons, array_agg(summed.day) AS days, array_agg(summed.authorized) AS authorized_minor,
    array_agg(summed.captured) AS captured_minor, array_agg(summed.held) AS held_minor
FROM (
    SELECT flow.authorized_on, flow.day, sum(flow.authorized)::bigint AS authorized, sum(flow.captured)::bigint AS captured, sum(flow.held)::bigint AS held
    FROM (
        SELECT
            purchase.authorized_on, purchase.authorized_on AS day, purchase.authorized_minor AS authorized, 0 AS captured,
            CASE
                WHEN purchase.status = 'authorized' THEN purchase.authorized_minor - purchase.captured_minor - purchase.released_minor
                ELSE 0
            END AS held
        FROM money.purchase
        WHERE
            purchase.authorized_on > %(after)s::date AND purchase.authorized_on <= %(until)s::date
            AND purchase.status NOT IN ('declined', 'referred') AND NOT purchase.imported
        UNION ALL
        SELECT purchase.authorized_on, capture.captured_on, 0, capture.amount_minor, 0
        FROM money.capture
        INNER JOIN money.purchase ON purchase.customer_id = capture.customer_id AND purchase.purchase_id = capture.purchase_id
        WHERE
            purchase.authorized_on > %(after)s::date AND purchase.authorized_on <= %(until)s::date AND NOT purchase.imported
            AND capture.captured_on <= %(until)s::date
    ) AS flow
    GROUP BY flow.authorized_on, flow.day
) AS summed
