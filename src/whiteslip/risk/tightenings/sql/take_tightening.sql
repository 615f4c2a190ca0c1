-- Lock a tightening until the transaction ends; taken before any line.
SELECT
    tightening_id, segment, version, condition, outcome, holdout_ppm, stages, proposed_on, proposed_by, released_on, review_on, ended_on, stages_done, state,
    steps, evidence, direction, offer
FROM risk.tightening
WHERE tightening_id = %(tightening_id)s::integer
FOR UPDATE
