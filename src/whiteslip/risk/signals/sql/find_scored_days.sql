-- The version of a model that is live, the day it was first scored by after its release, and the latest day it was scored by in a window.
SELECT
    live.version,
    (
        SELECT min(score.scored_on) FROM decisioning.score
        WHERE
            score.model = live.name AND score.version = live.version
            AND score.scored_on >= released.on_day - 2
            AND score.scored_on <= released.on_day + %(look_back_days)s::integer
    ) AS first_on,
    (
        SELECT max(score.scored_on) FROM decisioning.score
        WHERE
            score.model = live.name AND score.version = live.version
            AND score.scored_on >= %(from_on)s::date AND score.scored_on <= %(as_of)s::date
    ) AS last_on
FROM decisioning.model AS live
CROSS JOIN LATERAL (
    SELECT max(event.happened_at)::date AS on_day FROM decisioning.model_event AS event
    WHERE event.name = live.name AND event.version = live.version AND event.to_status = 'live'
) AS released
WHERE live.name = %(model)s::text AND live.status = 'live'
