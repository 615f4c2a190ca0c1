-- Batch step. Count a range's lines that owe at a month end by asset class and stage, and why; only what was known by then is looked at.
-- Idempotent: what is counted stays as it was.
-- Pure twin: risk/portfolio/classes.py: place
INSERT INTO risk.month_class (
    range_first, lines, owed_minor, scored_lines, scored_owed_minor, scored_bad_minor, month_end, product_id, terms_version, place, asset_class,
    stage, class_why, stage_why
)
SELECT
    %(first)s::bigint, count(*), sum(staged.owed_minor), count(staged.latest),
    coalesce(sum(staged.owed_minor) FILTER (WHERE staged.latest IS NOT NULL), 0),
    coalesce(floor(sum(staged.owed_minor * staged.latest)), 0)::bigint,
    %(month_end)s::date, staged.product_id, %(version)s::integer, staged.place, staged.asset_class, staged.stage, staged.class_why, staged.stage_why
FROM (
    SELECT
        classed.product_id, classed.owed_minor, classed.place, classed.asset_class, classed.latest,
        CASE
            WHEN classed.days > %(stage_3_over)s::integer OR classed.asset_class >= 3 THEN 3
            WHEN classed.days > %(stage_2_over)s::integer OR classed.is_watched OR classed.has_risen THEN 2
            ELSE 1
        END AS stage,
        CASE
            WHEN classed.asset_class = classed.by_days THEN 'days'
            WHEN classed.asset_class = classed.by_relief THEN 'renegotiated'
            ELSE 'cure'
        END AS class_why,
        CASE
            WHEN classed.days > %(stage_3_over)s::integer THEN 'days'
            WHEN classed.asset_class >= 3 THEN 'class'
            WHEN classed.days > %(stage_2_over)s::integer THEN 'days'
            WHEN classed.is_watched THEN 'renegotiated'
            WHEN classed.has_risen THEN 'score'
            WHEN classed.has_risen IS NULL THEN 'unknown'
            ELSE 'clear'
        END AS stage_why
    FROM (
        SELECT
            seen.product_id, seen.owed_minor, seen.days, seen.latest, seen.place, seen.is_watched, seen.by_days, seen.by_relief,
            greatest(seen.by_days, seen.by_relief, CASE WHEN seen.was_bad THEN 3 ELSE 1 END) AS asset_class,
            seen.latest >= seen.opening * (%(rise_ppm)s::integer / 1e6::double precision)
            AND seen.latest - seen.opening >= %(least_rise_ppm)s::integer / 1e6::double precision AS has_risen
        FROM (
            SELECT
                line.product_id, kept.owed_minor, kept.days_past_due AS days, latest.probability AS latest, opening.probability AS opening,
                least((kept.days_past_due + 29) / 30, 7) + 2 AS place,
                observed.worst_days IS NOT NULL AS is_watched,
                width_bucket(kept.days_past_due, %(class_from)b::integer[]) + 1 AS by_days,
                CASE
                    WHEN observed.worst_days IS NULL THEN 1
                    ELSE greatest(2, width_bucket(observed.worst_days, %(class_from)b::integer[]) + 1)
                END AS by_relief,
                lately.customer_id IS NOT NULL AS was_bad
            FROM money.month_end AS kept
            INNER JOIN money.line ON line.customer_id = kept.customer_id AND line.line_id = kept.line_id
            LEFT JOIN (
                SELECT past.customer_id, past.line_id
                FROM money.month_end AS past
                WHERE
                    past.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
                    AND past.month_end > %(cured_after)s::date AND past.month_end <= %(month_end)s::date
                    AND past.days_past_due > %(bad_over)s::integer
                GROUP BY past.customer_id, past.line_id
            ) AS lately ON lately.customer_id = kept.customer_id AND lately.line_id = kept.line_id
            LEFT JOIN (
                SELECT relief.customer_id, relief.line_id, max(past.days_past_due) AS worst_days
                FROM (
                    SELECT
                        eased.customer_id, eased.line_id, min(eased.started_on) AS started_on
                    FROM care.relief AS eased
                    LEFT JOIN LATERAL (
                        SELECT min(due.due_on) AS first_on
                        FROM care.relief_due AS due
                        WHERE due.customer_id = eased.customer_id AND due.relief_id = eased.relief_id
                    ) AS new_terms ON TRUE
                    WHERE
                        eased.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
                        AND eased.form = ANY(%(forms)b::text[])
                        AND eased.started_on <= %(month_end)s::date
                        AND coalesce(new_terms.first_on, eased.started_on) > %(observed_after)s::date
                    GROUP BY eased.customer_id, eased.line_id
                ) AS relief
                INNER JOIN money.month_end AS past ON past.customer_id = relief.customer_id AND past.line_id = relief.line_id
                WHERE
                    past.month_end >= date_trunc('month', relief.started_on)::date - 1
                    AND past.month_end <= %(month_end)s::date
                GROUP BY relief.customer_id, relief.line_id
            ) AS observed ON observed.customer_id = kept.customer_id AND observed.line_id = kept.line_id
            LEFT JOIN LATERAL (
                SELECT score.probability
                FROM decisioning.score
                WHERE
                    score.customer_id = kept.customer_id AND score.line_id = kept.line_id AND score.model = %(model)s::text
                    AND score.scored_on > %(month_end)s::date - %(latest_days)s::integer AND score.scored_on <= %(month_end)s::date
                ORDER BY score.scored_on DESC
                LIMIT 1
            ) AS latest ON TRUE
            LEFT JOIN LATERAL (
                SELECT score.probability
                FROM decisioning.score
                WHERE
                    score.customer_id = kept.customer_id AND score.line_id = kept.line_id AND score.model = %(model)s::text
                    AND score.scored_on <= line.opened_on + %(opening_days)s::integer AND score.scored_on <= %(month_end)s::date
                ORDER BY score.scored_on
                LIMIT 1
            ) AS opening ON TRUE
            WHERE
                kept.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
                AND kept.month_end = %(month_end)s::date
        ) AS seen
    ) AS classed
) AS staged
WHERE NOT EXISTS (SELECT FROM risk.month_class AS done WHERE done.month_end = %(month_end)s::date AND done.range_first = %(first)s::bigint)
GROUP BY staged.product_id, staged.place, staged.asset_class, staged.stage, staged.class_why, staged.stage_why
ON CONFLICT (month_end, range_first, product_id, place, asset_class, class_why, stage, stage_why) DO NOTHING
