-- What bars a line besides its restriction level, whom a restriction is for, and the level a reviewer eased it to.
ALTER TABLE money.line
    ADD COLUMN credit_barred boolean NOT NULL DEFAULT false,
    ADD COLUMN plans_barred boolean NOT NULL DEFAULT false;

UPDATE money.line SET credit_barred = true
FROM care.relief
WHERE
    relief.customer_id = line.customer_id AND relief.line_id = line.line_id
    AND relief.status = 'running' AND relief.bars_credit;

ALTER TABLE risk.restriction
    ADD COLUMN scope text NOT NULL DEFAULT 'line' CHECK (scope IN ('line', 'customer', 'plans')),
    ADD COLUMN eased_to smallint,
    ADD CONSTRAINT restriction_eases CHECK (eased_to BETWEEN 1 AND level - 1);

DROP INDEX risk.restriction_standing;
CREATE UNIQUE INDEX restriction_standing ON risk.restriction (customer_id, line_id, book, rule_id, scope) WHERE state NOT IN ('lifted', 'dismissed');

-- Probation counts as level 3 from now on, also for those on it: the level of a line follows.
WITH moved AS (
    UPDATE risk.restriction SET in_force = least(level, 3), steps = steps + 1
    WHERE state = 'probation' AND in_force < least(level, 3)
    RETURNING customer_id, restriction_id, line_id, in_force, steps
),

told AS (
    INSERT INTO risk.restriction_event (
        customer_id, restriction_id, step, from_state, to_state, actor, happened_on, happened_at, in_force, note
    )
    SELECT moved.customer_id, moved.restriction_id, moved.steps, 'probation', 'probation', 'migration', day.current_on, day.current_on, moved.in_force,
        'probation counts as level 3'
    FROM moved CROSS JOIN infra.business_day AS day
)

UPDATE money.line SET restriction_level = moved.in_force
FROM moved
WHERE line.customer_id = moved.customer_id AND line.line_id = moved.line_id AND line.restriction_level < moved.in_force;
