-- Restrict one line of twenty of a made book by a tightening thirty days ago; half of them are back after ten days.
WITH stopped AS (
    SELECT
        line.customer_id, line.line_id, line.customer_id * 32 + 17 AS restriction_id,
        mod(hashint8extended(line.customer_id, 21) & 2147483647, 2) = 0 AS is_back
    FROM money.line
    WHERE mod(hashint8extended(line.customer_id, 20) & 2147483647, 20) = 0
),

restricted AS (
    INSERT INTO risk.restriction (
        customer_id, restriction_id, line_id, level, state, book, book_version, rule_id, reasons, way_out, appeal_route, notice_id,
        since_on, lifted_on, in_force, cure, probation_days
    )
    SELECT
        customer_id, restriction_id, line_id, 4, CASE WHEN is_back THEN 'lifted' ELSE 'active' END, 'tightening', 1, 'segment',
        '[{"code": "POL-01"}]', 'x', 'x', restriction_id, %(business_date)s::date - 30,
        CASE WHEN is_back THEN %(business_date)s::date - 20 END, CASE WHEN is_back THEN 0 ELSE 4 END, 'person', 0
    FROM stopped
)

INSERT INTO risk.restriction_event (customer_id, restriction_id, step, from_state, to_state, actor, happened_on, happened_at, in_force)
SELECT
    stopped.customer_id, stopped.restriction_id, taken.step, taken.from_state, taken.to_state, 'bench', %(business_date)s::date - taken.days,
    %(business_date)s::date - taken.days, taken.in_force
FROM stopped
CROSS JOIN (VALUES (1, 'proposed', 'active', 30, 4), (2, 'active', 'lifted', 20, 0)) AS taken (step, from_state, to_state, days, in_force)
WHERE taken.step = 1 OR stopped.is_back
