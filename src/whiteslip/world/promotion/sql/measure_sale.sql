-- What an arm came to, from the platform's records alone: orders of the sale and after it, complaints, grants and notices, lateness, fees.
-- An order is all requests of one person for one basket; it is lost when none of them was captured.
WITH asked AS (
    SELECT
        purchase.customer_id, split_part(purchase.order_ref, '-', 1) AS kind, purchase.order_ref, purchase.status, purchase.captured_minor,
        purchase.plan_months, purchase.authorized_on, purchase.order_ref ~ '^618-[0-9]+-[pl]v?$' AS is_other_way,
        purchase.reasons @> '[{"code": "LIM-04"}]' AS is_beyond_limit
    FROM money.purchase
    WHERE purchase.authorized_on >= %(since)s::date
),

orders AS (
    SELECT asked.customer_id, bool_or(asked.status = 'captured') AS is_sold, sum(asked.captured_minor) AS sold_minor, max(asked.plan_months) AS months
    FROM asked
    WHERE asked.kind = '618'
    GROUP BY asked.customer_id
),

ways AS (
    SELECT
        asked.customer_id, rtrim(asked.order_ref, 'v') AS order_ref, bool_or(asked.status = 'captured') AS is_sold,
        sum(asked.captured_minor) AS sold_minor, bool_or(asked.is_beyond_limit) AS is_beyond_limit
    FROM asked
    WHERE asked.is_other_way
    GROUP BY asked.customer_id, rtrim(asked.order_ref, 'v')
),

late AS (
    SELECT
        count(*) FILTER (
            WHERE arrears.since_on <= %(first_due)s::date AND (arrears.ended_on IS NULL OR arrears.ended_on > %(first_due)s::date)
        ) AS late_first,
        count(*) FILTER (WHERE arrears.ended_on IS NULL) AS late_last
    FROM money.arrears
),

fees AS (
    SELECT
        coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'merchant_fee'), 0)
        - coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind = 'merchant_fee_returned'), 0) AS merchant_fees_minor,
        coalesce(sum(movement.amount_minor) FILTER (WHERE movement.kind IN ('installment_fee', 'revolving_fee', 'late_fee')), 0) AS customer_fees_minor
    FROM money.movement
    WHERE movement.business_date >= %(since)s::date
)

SELECT
    (SELECT count(*) FROM money.line) AS lines,
    (SELECT count(*) FROM orders) AS orders_asked,
    (SELECT count(*) FROM orders WHERE orders.is_sold) AS orders_sold,
    (SELECT coalesce(sum(orders.sold_minor), 0) FROM orders)::bigint AS sold_minor,
    (SELECT count(*) FROM orders WHERE orders.is_sold AND orders.months > 0) AS plans_sold,
    (SELECT count(*) FROM ways) AS ways_asked,
    (SELECT count(*) FROM ways WHERE ways.is_sold) AS ways_sold,
    (SELECT count(*) FROM ways WHERE ways.is_beyond_limit) AS ways_beyond_limit,
    (SELECT coalesce(sum(ways.sold_minor), 0) FROM ways)::bigint AS ways_sold_minor,
    (SELECT coalesce(sum(asked.captured_minor), 0) FROM asked WHERE asked.kind <> '618' AND asked.authorized_on >= %(returns)s::date)::bigint
    AS sold_after_minor,
    (SELECT count(*) FROM care.complaint WHERE complaint.received_on >= %(since)s::date) AS complaints,
    (SELECT count(*) FROM money.temporary_limit) AS granted_lines,
    (SELECT coalesce(sum(granted.amount_minor), 0) FROM money.temporary_limit AS granted)::bigint AS granted_minor,
    (
        SELECT count(*)
        FROM money.temporary_limit AS granted
        WHERE granted.status = 'returned' AND NOT EXISTS (
            SELECT FROM care.notice
            WHERE
                notice.customer_id = granted.customer_id AND notice.line_id = granted.line_id AND notice.kind = 'temporary_limit_ending'
                AND notice.noticed_on <= granted.ends_on - %(notice_days)s::integer
        )
    ) AS returned_untold,
    late.late_first, late.late_last, fees.merchant_fees_minor::bigint AS merchant_fees_minor, fees.customer_fees_minor::bigint AS customer_fees_minor
FROM late
CROSS JOIN fees
