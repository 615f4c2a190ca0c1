-- What each line was used for up to a day: purchases asked for, what shops captured of them and what came back.
-- What a person granted only after that day was refused until then. What a person's own cap or the valve refused says nothing of the person. A balance that moved in with its line was not spent here, and imported purchases name no merchant.
WITH asked AS (
    SELECT
        purchase.customer_id, purchase.line_id,
        count(*) FILTER (WHERE kept.counts AND purchase.authorized_on > %(as_of)s::date - 7) AS purchases_7d,
        count(*) FILTER (WHERE kept.counts AND purchase.authorized_on > %(as_of)s::date - 30) AS purchases_30d,
        count(*) FILTER (WHERE kept.counts AND purchase.authorized_on > %(as_of)s::date - 90) AS purchases_90d,
        count(*) FILTER (WHERE kept.counts AND purchase.authorized_on > %(as_of)s::date - 180) AS purchases_180d,
        count(*) FILTER (WHERE kept.refused AND purchase.authorized_on > %(as_of)s::date - 30) AS refused_30d,
        count(*) FILTER (WHERE kept.refused AND purchase.authorized_on > %(as_of)s::date - 180) AS refused_180d,
        avg(purchase.authorized_minor) FILTER (WHERE kept.counts AND purchase.authorized_on > %(as_of)s::date - 180) AS average_minor,
        max(purchase.authorized_minor) FILTER (WHERE kept.counts AND purchase.authorized_on > %(as_of)s::date - 180) AS largest_minor,
        sum(purchase.authorized_minor) FILTER (WHERE kept.counts AND purchase.authorized_on > %(as_of)s::date - 180) AS authorized_minor,
        sum(purchase.authorized_minor) FILTER (
            WHERE kept.counts AND purchase.plan_months > 0 AND purchase.authorized_on > %(as_of)s::date - 180
        ) AS planned_minor,
        count(DISTINCT purchase.merchant_id) FILTER (
            WHERE kept.counts AND NOT purchase.imported AND purchase.authorized_on > %(as_of)s::date - 180
        ) AS merchants,
        count(DISTINCT date_trunc('month', purchase.authorized_on)) FILTER (WHERE kept.counts) AS months,
        max(purchase.authorized_on) FILTER (WHERE kept.counts) AS last_on
    FROM money.purchase
    LEFT JOIN money.purchase_ruling AS later
        ON
            later.customer_id = purchase.customer_id
            AND later.purchase_id = purchase.purchase_id
            AND later.word = 'granted'
            AND later.ruled_on > %(as_of)s::date
            AND later.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    CROSS JOIN LATERAL (
        SELECT
            purchase.status NOT IN ('declined', 'referred') AND later.word IS NULL AS counts,
            (purchase.status IN ('declined', 'referred') OR later.word IS NOT NULL) AND coalesce(
                NOT (purchase.reasons @> '[{"code": "CUS-02"}]' OR purchase.reasons @> '[{"code": "CUS-03"}]' OR purchase.reasons @> '[{"code": "POL-04"}]'), TRUE
            ) AS refused
    ) AS kept
    WHERE
        purchase.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR purchase.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND purchase.authorized_on <= %(as_of)s::date
        AND purchase.authorized_on > %(as_of)s::date - 365
        AND NOT (purchase.imported AND purchase.order_ref = 'opening balance')
    GROUP BY purchase.customer_id, purchase.line_id
),

spent AS (
    SELECT
        movement.customer_id, movement.line_id,
        sum(movement.amount_minor) FILTER (WHERE movement.business_date > %(as_of)s::date - 7) AS spend_7d_minor,
        sum(movement.amount_minor) FILTER (WHERE movement.business_date > %(as_of)s::date - 30) AS spend_30d_minor,
        sum(movement.amount_minor) FILTER (WHERE movement.business_date > %(as_of)s::date - 90) AS spend_90d_minor,
        sum(movement.amount_minor) AS spend_180d_minor
    FROM money.movement
    WHERE
        movement.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR movement.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND movement.business_date <= %(as_of)s::date
        AND movement.business_date > %(as_of)s::date - 180
        AND movement.kind IN ('captured', 'purchase_imported')
    GROUP BY movement.customer_id, movement.line_id
),

returned AS (
    SELECT refund.customer_id, refund.line_id, sum(refund.amount_minor) AS amount_minor
    FROM money.refund
    WHERE
        refund.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR refund.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND refund.refunded_on <= %(as_of)s::date
        AND refund.refunded_on > %(as_of)s::date - 180
    GROUP BY refund.customer_id, refund.line_id
)

SELECT
    line.customer_id, line.line_id, asked.purchases_7d, asked.purchases_30d, asked.purchases_90d, asked.purchases_180d, asked.refused_30d,
    asked.refused_180d, spent.spend_7d_minor, spent.spend_30d_minor, spent.spend_90d_minor, spent.spend_180d_minor,
    round(asked.average_minor) AS average_purchase_180d_minor, asked.largest_minor AS largest_purchase_180d_minor,
    asked.months AS purchase_months_12m, %(as_of)s::date - asked.last_on AS days_since_purchase,
    coalesce(asked.planned_minor, 0) / asked.authorized_minor AS plan_share_180d,
    asked.merchants AS merchants_180d,
    coalesce(returned.amount_minor, 0) / spent.spend_180d_minor AS refund_share_180d,
    coalesce(spent.spend_90d_minor, 0) / nullif(spent.spend_180d_minor - coalesce(spent.spend_90d_minor, 0), 0) AS spend_trend_90d
FROM money.line
LEFT JOIN asked ON asked.customer_id = line.customer_id AND asked.line_id = line.line_id
LEFT JOIN spent ON spent.customer_id = line.customer_id AND spent.line_id = line.line_id
LEFT JOIN returned ON returned.customer_id = line.customer_id AND returned.line_id = line.line_id
WHERE
    line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND (%(customer_ids)b::bigint[] IS NULL OR line.customer_id = ANY(%(customer_ids)b::bigint[]))
    AND line.opened_on <= %(as_of)s::date
