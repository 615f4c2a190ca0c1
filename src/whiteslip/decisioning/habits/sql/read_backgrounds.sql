-- Compare requests with the habits before them, in their order, and read their lines' arrears and latest scores.
-- A score counts while a version of its model is live. Twin: habits/rules.py: facts_of
SELECT
    coalesce(pace.requests_1h, 0) AS requests_1h, coalesce(pace.requests_24h, 0) AS requests_24h, coalesce(pace.asked_24h_minor, 0) AS asked_24h_minor,
    coalesce(habit.purchases, 0) AS purchases_before, pace.minutes_since_last,
    CASE WHEN habit.purchases >= %(least_purchases)s::integer THEN exp(habit.usual_sum / habit.usual_weight) END AS usual_minor,
    CASE
        WHEN habit.purchases >= %(least_purchases)s::integer
            THEN
                (ln(greatest(1, request.amount_minor)::double precision) - habit.usual_sum / habit.usual_weight)
                / greatest(
                    %(least_spread)s::double precision,
                    sqrt(greatest(0.0, habit.usual_square_sum / habit.usual_weight - (habit.usual_sum / habit.usual_weight) ^ 2))
                )
    END AS deviation,
    CASE WHEN request.device <> 0 THEN coalesce(request.device = any(habit.devices), FALSE) END AS device_is_known,
    CASE WHEN request.address <> 0 THEN coalesce(request.address = any(habit.addresses), FALSE) END AS address_is_known,
    coalesce(request.merchant_id = any(habit.merchants), FALSE) AS merchant_is_known,
    coalesce(day.current_on - episode.oldest_due_on, 0) AS days_past_due,
    latest.probability AS default_probability
FROM unnest(
    %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(amounts_minor)b::bigint[], %(merchant_ids)b::bigint[], %(devices)b::bigint[],
    %(addresses)b::bigint[]
) WITH ORDINALITY AS request (customer_id, line_id, amount_minor, merchant_id, device, address, place)
CROSS JOIN infra.business_day AS day
LEFT JOIN money.arrears AS episode
    ON episode.customer_id = request.customer_id AND episode.line_id = request.line_id AND episode.ended_on IS NULL
LEFT JOIN decisioning.habit ON habit.customer_id = request.customer_id
LEFT JOIN LATERAL (
    SELECT score.probability
    FROM decisioning.score
    INNER JOIN decisioning.model AS live ON live.name = score.model AND live.status = 'live'
    WHERE
        score.customer_id = request.customer_id AND score.line_id = request.line_id AND score.model = %(score_model)s
        AND score.scored_on BETWEEN day.current_on - %(score_days)s::integer AND day.current_on
    ORDER BY score.scored_on DESC
    LIMIT 1
) AS latest ON TRUE
LEFT JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE recent.at > %(at)s::timestamptz - interval '1 hour') AS requests_1h,
        count(*) FILTER (WHERE recent.at > %(at)s::timestamptz - interval '1 day') AS requests_24h,
        (sum(recent.amount_minor) FILTER (WHERE recent.at > %(at)s::timestamptz - interval '1 day'))::bigint AS asked_24h_minor,
        greatest(0, floor(extract(EPOCH FROM %(at)s::timestamptz - habit.recent_at[cardinality(habit.recent_at)]) / 60))::integer AS minutes_since_last
    FROM unnest(habit.recent_at, habit.recent_minor) AS recent (at, amount_minor)
) AS pace ON habit.customer_id IS NOT NULL
ORDER BY request.place
