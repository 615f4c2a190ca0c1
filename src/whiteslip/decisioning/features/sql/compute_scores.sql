-- What the live model said of each line, as of a day, and the money that is at stake by it; without a score that counts there is nothing.
-- A score counts while a version of its model is live, for the days the checkout counts it. Balances and limits at the day are today's less what
-- changed since. Twin: habits/sql/read_backgrounds.sql
WITH posted AS (
    SELECT
        movement.customer_id, movement.line_id,
        sum(CASE movement.debit WHEN 'receivable_principal' THEN movement.amount_minor ELSE 0 END)
        - sum(CASE movement.credit WHEN 'receivable_principal' THEN movement.amount_minor ELSE 0 END) AS principal_minor,
        sum(CASE movement.debit WHEN 'commitment' THEN movement.amount_minor ELSE 0 END)
        - sum(CASE movement.credit WHEN 'commitment' THEN movement.amount_minor ELSE 0 END) AS held_minor
    FROM money.movement
    WHERE
        movement.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR movement.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND movement.business_date > %(as_of)s::date
    GROUP BY movement.customer_id, movement.line_id
),

changed AS (
    SELECT
        limit_change.customer_id, limit_change.line_id,
        (array_agg(limit_change.fixed_before_minor ORDER BY limit_change.change_id))[1] AS fixed_minor
    FROM money.limit_change
    WHERE
        limit_change.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR limit_change.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND limit_change.changed_on > %(as_of)s::date
    GROUP BY limit_change.customer_id, limit_change.line_id
),

granted AS (
    SELECT temporary_limit.customer_id, temporary_limit.line_id, sum(temporary_limit.amount_minor) AS temporary_minor
    FROM money.temporary_limit
    WHERE
        temporary_limit.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR temporary_limit.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND temporary_limit.starts_on <= %(as_of)s::date
        AND temporary_limit.ends_on > %(as_of)s::date
    GROUP BY temporary_limit.customer_id, temporary_limit.line_id
),

scored AS (
    SELECT
        line.customer_id, line.line_id,
        CASE
            WHEN EXISTS (SELECT FROM decisioning.model AS live WHERE live.name = (/* score_model */) AND live.status = 'live')
                THEN (
                    SELECT score.probability FROM decisioning.score
                    WHERE
                        score.customer_id = line.customer_id AND score.line_id = line.line_id AND score.model = (/* score_model */)
                        AND score.scored_on <= %(as_of)s::date AND score.scored_on >= %(as_of)s::date - (/* score_days */)
                    ORDER BY score.scored_on DESC
                    LIMIT 1
                )
        END AS probability,
        line.principal_minor - coalesce(posted.principal_minor, 0) AS principal_minor,
        line.principal_minor + line.held_minor - coalesce(posted.principal_minor + posted.held_minor, 0) AS taken_minor,
        coalesce(changed.fixed_minor, line.fixed_limit_minor) + coalesce(granted.temporary_minor, 0) AS limit_minor
    FROM money.line
    LEFT JOIN posted ON posted.customer_id = line.customer_id AND posted.line_id = line.line_id
    LEFT JOIN changed ON changed.customer_id = line.customer_id AND changed.line_id = line.line_id
    LEFT JOIN granted ON granted.customer_id = line.customer_id AND granted.line_id = line.line_id
    WHERE
        line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR line.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND line.opened_on <= %(as_of)s::date
)

SELECT
    scored.customer_id, scored.line_id, scored.probability AS default_probability,
    scored.probability * scored.principal_minor::double precision AS expected_loss_minor,
    scored.probability * greatest(scored.taken_minor, scored.limit_minor)::double precision AS possible_loss_minor
FROM scored
