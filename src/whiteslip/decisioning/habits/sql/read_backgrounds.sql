-- Compare requests with the habits before them, in their order, and read their lines' arrears and latest scores.
-- A habit is what was kept of it at night, and beside it what was asked since: mostly nothing, at most the latest :most_unkept.
-- A score counts while a version of its model is live. What is NULL for all is asked afterward, of whom it matters.
-- Of who asked for nothing within a day, as most, the list of the latest requests is not taken apart.
-- :reads_habits is false only where a measurement asks what habits cost. Twin: habits/rules.py: facts_of
SELECT
    coalesce(pace.requests_1h, 0) + since.requests_1h AS requests_1h, coalesce(pace.requests_24h, 0) + since.requests_24h AS requests_24h,
    (coalesce(pace.asked_24h_minor, 0) + since.asked_24h_minor)::bigint AS asked_24h_minor,
    coalesce(pace.same_shop_24h, 0) + since.same_shop_24h AS same_shop_24h, lived.purchases AS purchases_before,
    CASE
        WHEN lived.latest_at IS NOT NULL THEN greatest(0, floor(date_part('epoch', %(at)s::timestamptz - lived.latest_at) / 60))::integer
    END AS minutes_since_last,
    CASE
        WHEN lived.new_device_at IS NOT NULL THEN greatest(0, floor(date_part('epoch', %(at)s::timestamptz - lived.new_device_at) / 3600))::integer
    END AS hours_since_new_device,
    CASE WHEN lived.purchases >= %(least_purchases)s::integer THEN exp(lived.usual_sum / lived.usual_weight) END AS usual_minor,
    CASE
        WHEN lived.purchases >= %(least_purchases)s::integer
            THEN
                (ln(greatest(1, request.amount_minor)::double precision) - lived.usual_sum / lived.usual_weight)
                / greatest(
                    %(least_spread)s::double precision,
                    sqrt(greatest(0.0, lived.usual_square_sum / lived.usual_weight - (lived.usual_sum / lived.usual_weight) ^ 2))
                )
    END AS deviation,
    CASE
        WHEN lived.purchases >= %(least_purchases)s::integer
            THEN
                2 * (
                    sqrt(coalesce(pace.requests_24h, 0) + since.requests_24h + 1.375::double precision)
                    - sqrt(
                        0.375::double precision + greatest(
                            %(least_a_day)s::double precision,
                            (lived.usual_weight / %(weight)s::double precision - coalesce(pace.requests_24h, 0) - since.requests_24h)
                            * %(rate)s::double precision
                            / (
                                1 - 0.5 ^ (
                                    greatest(%(least_days)s::double precision, date_part('epoch', %(at)s::timestamptz - lived.first_at) / 86400)
                                    / %(half_life_days)s::double precision
                                )
                            )
                        )
                    )
                )
    END AS pace_deviation,
    CASE
        WHEN lived.purchases >= %(least_for_hours)s::integer
            THEN greatest(
                0.0,
                1 + (
                    (coalesce(habit.hour_cos_1, 0) + since.hour_cos_1) * %(cos_1)s::double precision
                    + (coalesce(habit.hour_sin_1, 0) + since.hour_sin_1) * %(sin_1)s::double precision
                    + (coalesce(habit.hour_cos_2, 0) + since.hour_cos_2) * %(cos_2)s::double precision
                    + (coalesce(habit.hour_sin_2, 0) + since.hour_sin_2) * %(sin_2)s::double precision
                    + (coalesce(habit.hour_cos_3, 0) + since.hour_cos_3) * %(cos_3)s::double precision
                    + (coalesce(habit.hour_sin_3, 0) + since.hour_sin_3) * %(sin_3)s::double precision
                ) / lived.usual_weight
            )
    END AS hour_share,
    CASE
        WHEN lived.purchases >= %(least_purchases)s::integer THEN (coalesce(habit.resale_weight, 0) + since.resale_weight) / lived.usual_weight
    END AS resale_share,
    CASE WHEN lived.purchases > 0 THEN greatest(habit.largest_minor, since.largest_minor) END AS largest_minor,
    CASE WHEN request.device <> 0 THEN coalesce(request.device = any(habit.devices), FALSE) OR since.knows_device END AS device_is_known,
    CASE WHEN request.address <> 0 THEN coalesce(request.address = any(habit.addresses), FALSE) OR since.knows_address END AS address_is_known,
    coalesce(request.merchant_id = any(habit.merchants), FALSE) OR since.knows_merchant AS merchant_is_known,
    CASE
        WHEN request.category_bit <> 0 THEN (coalesce(habit.categories, 0) | since.categories) & request.category_bit <> 0
    END AS category_is_known,
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
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE asked.at > %(at)s::timestamptz - interval '1 hour') AS requests_1h,
        count(*) FILTER (WHERE asked.at > %(at)s::timestamptz - interval '1 day') AS requests_24h,
        coalesce(sum(asked.amount_minor) FILTER (
            WHERE
                asked.at > %(at)s::timestamptz - interval '1 day'
                AND NOT (NOT asked.is_bought AND asked.merchant_id = request.merchant_id AND asked.amount_minor = request.amount_minor)
        ), 0) AS asked_24h_minor,
        count(*) FILTER (
            WHERE asked.at > %(at)s::timestamptz - interval '1 day' AND asked.is_bought AND asked.merchant_id = request.merchant_id
        ) AS same_shop_24h,
        max(asked.at) AS latest_at,
        (count(*) FILTER (WHERE asked.is_bought))::integer AS purchases,
        min(asked.at) FILTER (WHERE asked.is_bought) AS first_at,
        max(asked.met_device_at) AS new_device_at,
        max(asked.amount_minor) FILTER (WHERE asked.is_bought) AS largest_minor,
        coalesce(bit_or(asked.bit) FILTER (WHERE asked.is_bought), 0) AS categories,
        coalesce(sum(asked.weight) FILTER (WHERE asked.is_bought), 0) AS weight,
        coalesce(sum(asked.weight * ln(asked.amount_minor::double precision)) FILTER (WHERE asked.is_bought), 0) AS usual_sum,
        coalesce(sum(asked.weight * ln(asked.amount_minor::double precision) ^ 2) FILTER (WHERE asked.is_bought), 0) AS usual_square_sum,
        coalesce(sum(asked.weight) FILTER (WHERE asked.is_bought AND asked.resells), 0) AS resale_weight,
        coalesce(sum(asked.weight * cos(asked.angle)) FILTER (WHERE asked.is_bought), 0) AS hour_cos_1,
        coalesce(sum(asked.weight * sin(asked.angle)) FILTER (WHERE asked.is_bought), 0) AS hour_sin_1,
        coalesce(sum(asked.weight * cos(2 * asked.angle)) FILTER (WHERE asked.is_bought), 0) AS hour_cos_2,
        coalesce(sum(asked.weight * sin(2 * asked.angle)) FILTER (WHERE asked.is_bought), 0) AS hour_sin_2,
        coalesce(sum(asked.weight * cos(3 * asked.angle)) FILTER (WHERE asked.is_bought), 0) AS hour_cos_3,
        coalesce(sum(asked.weight * sin(3 * asked.angle)) FILTER (WHERE asked.is_bought), 0) AS hour_sin_3,
        coalesce(bool_or(asked.is_bought AND asked.device = request.device), FALSE) AS knows_device,
        coalesce(bool_or(asked.is_bought AND asked.address = request.address), FALSE) AS knows_address,
        coalesce(bool_or(asked.is_bought AND asked.merchant_id = request.merchant_id), FALSE) AS knows_merchant
    FROM (
        SELECT
            bought.*, coalesce(category.bit, 0) AS bit, coalesce(category.resells, FALSE) AS resells,
            2 ^ (date_part('epoch', bought.at - %(epoch)s::timestamptz) / (86400 * %(half_life_days)s::double precision)) AS weight,
            2 * pi() * date_part('epoch', (bought.at AT TIME ZONE %(zone)s)::time) / 86400 AS angle,
            CASE
                WHEN bought.is_bought AND bought.device IS NOT NULL AND bought.device <> ALL(coalesce(habit.devices, '{}'))
                    THEN min(bought.at) FILTER (WHERE bought.is_bought) OVER (PARTITION BY bought.device)
            END AS met_device_at
        FROM (
            SELECT
                purchase.authorized_at AS at, purchase.authorized_minor AS amount_minor, purchase.merchant_id, purchase.device, purchase.address,
                purchase.status NOT IN ('declined', 'referred') AND NOT EXISTS (
                    SELECT FROM money.purchase_ruling AS ruling
                    WHERE ruling.customer_id = purchase.customer_id AND ruling.purchase_id = purchase.purchase_id
                ) AS is_bought
            FROM money.purchase
            WHERE
                %(reads_habits)s::boolean AND purchase.customer_id = request.customer_id
                AND purchase.purchase_id > coalesce(habit.through_id, 0) AND NOT purchase.imported
                AND NOT coalesce(purchase.reasons @> '[{"code": "POL-04"}]', FALSE)
            ORDER BY purchase.purchase_id DESC
            LIMIT %(most_unkept)s::integer
        ) AS bought
        LEFT JOIN money.merchant ON merchant.merchant_id = bought.merchant_id
        LEFT JOIN unnest(%(category_names)b::text[], %(bits)b::integer[], %(resells)b::boolean[]) AS category (name, bit, resells)
            ON category.name = merchant.category
    ) AS asked
) AS since
CROSS JOIN LATERAL (
    SELECT
        coalesce(habit.purchases, 0) + since.purchases AS purchases,
        coalesce(habit.usual_weight, 0) + since.weight AS usual_weight,
        coalesce(habit.usual_sum, 0) + since.usual_sum AS usual_sum,
        coalesce(habit.usual_square_sum, 0) + since.usual_square_sum AS usual_square_sum,
        least(habit.first_at, since.first_at) AS first_at,
        greatest(habit.new_device_at, since.new_device_at) AS new_device_at,
        coalesce(since.latest_at, habit.recent_at[cardinality(habit.recent_at)]) AS latest_at
) AS lived
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
