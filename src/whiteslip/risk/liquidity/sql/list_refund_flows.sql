-- Sum refunds by the day their purchase was first captured and the day they were made, after one day and up to another.
SELECT
    array_agg(summed.captured_on) AS captured_ons, array_agg(summed.day) AS days, array_agg(summed.refunded) AS refunded_minor
FROM (
    SELECT first.captured_on, refund.refunded_on AS day, sum(refund.amount_minor)::bigint AS refunded
    FROM money.refund
    CROSS JOIN LATERAL (
        SELECT min(capture.captured_on) AS captured_on FROM money.capture
        WHERE capture.customer_id = refund.customer_id AND capture.purchase_id = refund.purchase_id
    ) AS first
    WHERE
        refund.refunded_on > %(after)s::date AND refund.refunded_on <= %(until)s::date
        AND first.captured_on > %(after)s::date
    GROUP BY first.captured_on, refund.refunded_on
) AS summed
