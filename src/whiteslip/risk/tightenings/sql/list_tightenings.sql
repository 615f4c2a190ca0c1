-- List tightenings, the latest first; of one segment, or one of them, where named.
SELECT
    tightening_id, segment, version, condition, outcome, holdout_ppm, stages, proposed_on, proposed_by, released_on, review_on, ended_on, stages_done, state,
    steps, evidence, direction, offer
FROM risk.tightening
WHERE
    (%(segment)s::text IS NULL OR segment = %(segment)s::text)
    AND (%(direction)s::text IS NULL OR direction = %(direction)s::text)
    AND (%(tightening_id)s::integer IS NULL OR tightening_id = %(tightening_id)s::integer)
ORDER BY tightening_id DESC
LIMIT %(most)s::integer
