-- Compare requests with the habits before them, in their order, and read their lines' arrears and latest scores.
-- A score counts while a version of its model is live. What is NULL for all is asked afterward, of whom it matters.
-- Of who asked for nothing within a day, as most, the list of the latest requests is not taken apart.
-- :reads_habits is false only where a measurement asks what habits cost. Twin: habits/rules.py: facts_of
SELECT
    coalesce(pace.requests_1h, 0) AS requests_1h, coalesce(pace.requests_24h, 0) AS requests_24h, coalesce(pace.asked_24h_minor, 0) AS asked_24h_minor,
    coalesce(pace.same_shop_24h, 0) AS same_shop_24h, coalesce(habit.purchases, 0) AS purchases_before,
    CASE
        WHEN habit.customer_id IS NOT NULL
            THEN greatest(0, floor(date_part('epoch', %(at)s::timestamptz - habit.recent_at[cardinality(habit.recent_at)]) / 60))::integer
    END AS minutes_since_last,
    CASE
        WHEN habit.new_device_at IS NOT NULL THEN greatest(0, floor(date_part('epoch', %(at)s::timestamptz - habit.new_device_at) / 3600))::integer
    END AS hours_since_new_device,
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
    CASE
        WHEN habit.purchases >= %(least_purchases)s::integer
            THEN
                2 * (
                    sqrt(pace.requests_24h + 1.375::double precision)
                    - sqrt(
                        0.375::double precision + greatest(
                            %(least_a_day)s::double precision,
                            (habit.usual_weight / %(weight)s::double precision - pace.requests_24h) * %(rate)s::double precision
                            / (
                                1 - 0.5 ^ (
                                    greatest(%(least_days)s::double precision, date_part('epoch', %(at)s::timestamptz - habit.first_at) / 86400)
                                    / %(half_life_days)s::double precision
                                )
                            )
                        )
                    )
                )
    END AS pace_deviation,
    CASE
        WHEN habit.purchases >= %(least_for_hours)s::integer
            THEN greatest(
                0.0,
                1 + (
                    habit.hour_cos_1 * %(cos_1)s::double precision + habit.hour_sin_1 * %(sin_1)s::double precision
                    + habit.hour_cos_2 * %(cos_2)s::double precision + habit.hour_sin_2 * %(sin_2)s::double precision
                    + habit.hour_cos_3 * %(cos_3)s::double precision + habit.hour_sin_3 * %(sin_3)s::double precision
                ) / habit.usual_weight
            )
    END AS hour_share,
    CASE WHEN habit.purchases >= %(least_purchases)s::integer THEN habit.resale_weight / habit.usual_weight END AS resale_share,
    CASE WHEN habit.purchases > 0 THEN habit.largest_minor END AS largest_minor,
    CASE WHEN request.device <> 0 THEN coalesce(request.device = any(habit.devices), FALSE) END AS device_is_known,
    CASE WHEN request.address <> 0 THEN coalesce(request.address = any(habit.addresses), FALSE) END AS address_is_known,
    coalesce(request.merchant_id = any(habit.merchants), FALSE) AS merchant_is_known,
    CASE WHEN request.category_bit <> 0 THEN coalesce(habit.categories & request.category_bit <> 0, FALSE) END AS category_is_known,
    coalesce(day.current_on - episode.oldest_due_on, 0) AS days_past_due,
    latest.probability AS default_probability,
    NULL::integer AS days_since_raise, NULL::integer AS links_to_bad, NULL::double precision AS ring_score
FROM unnest(
    %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(amounts_minor)b::bigint[], %(merchant_ids)b::bigint[], %(devices)b::bigint[],
    %(addresses)b::bigint[], %(category_bits)b::integer[]
) WITH ORDINALITY AS request (customer_id, line_id, amount_minor, merchant_id, device, address, category_bit, place)
CROSS JOIN infra.business_day AS day
LEFT JOIN money.arrears AS episode
    ON episode.customer_id = request.customer_id AND episode.line_id = request.line_id AND episode.ended_on IS NULL
LEFT JOIN decisioning.habit ON %(reads_habits)s::boolean AND habit.customer_id = request.customer_id
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
        count(*) AS requests_24h,
        (sum(recent.amount_minor) FILTER (WHERE (recent.shop, recent.amount_minor) <> (-request.merchant_id, request.amount_minor)))::bigint
            AS asked_24h_minor,
        count(*) FILTER (WHERE recent.shop = request.merchant_id) AS same_shop_24h
    FROM unnest(habit.recent_at, habit.recent_minor, habit.recent_shops) AS recent (at, amount_minor, shop)
    WHERE
        recent.at > %(at)s::timestamptz - interval '1 day'
        AND habit.recent_at[cardinality(habit.recent_at)] > %(at)s::timestamptz - interval '1 day'
) AS pace ON TRUE
ORDER BY request.place
