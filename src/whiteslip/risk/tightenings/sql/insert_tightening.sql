-- Propose a tightening under the next number; nothing where one of its segment and direction stands already, or somebody else took the number.
INSERT INTO risk.tightening (
    tightening_id, segment, version, condition, outcome, holdout_ppm, stages, proposed_on, proposed_by, state, steps, evidence,
    direction, offer
)
SELECT
    coalesce(max(earlier.tightening_id), 0) + 1, %(segment)s::text, %(version)s::smallint, %(condition)s::text, %(outcome)s::text,
    %(holdout_ppm)s::integer, %(stages)s::jsonb, %(on)s::date, %(actor)s::text, 'proposed', 1, %(evidence)s::jsonb, %(direction)s::text,
    %(offer)s::jsonb
FROM risk.tightening AS earlier
ON CONFLICT DO NOTHING
RETURNING tightening_id
