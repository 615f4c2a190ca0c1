-- Sum the whole book as it stands: people, lines, limits, what is held and owed. What is available follows from
-- the restriction level of each line (pure twin: money/lines/use.py); an imported line above its limit has nothing available.
SELECT
    day.current_on, day.closed_on, lines.lines, lines.limits_minor, lines.temporary_minor, lines.held_minor, lines.principal_minor, lines.available_minor,
    lines.credit_minor, owed.outstanding_minor, owed.overdue_minor
FROM infra.business_day AS day
CROSS JOIN (
    SELECT
        count(*) AS lines,
        coalesce(sum(line.fixed_limit_minor), 0)::bigint AS limits_minor,
        coalesce(sum(line.temporary_limit_minor), 0)::bigint AS temporary_minor,
        coalesce(sum(line.held_minor), 0)::bigint AS held_minor,
        coalesce(sum(line.principal_minor), 0)::bigint AS principal_minor,
        coalesce(sum(greatest(0, CASE
            WHEN line.credit_barred OR line.restriction_level >= 4 THEN 0
            WHEN line.restriction_level = 3 THEN line.fixed_limit_minor * %(restricted_share_ppm)s::bigint / 1000000
            ELSE line.fixed_limit_minor + line.temporary_limit_minor
        END - line.held_minor - line.principal_minor)), 0)::bigint AS available_minor,
        coalesce(sum(line.credit_minor), 0)::bigint AS credit_minor
    FROM money.line
) AS lines
CROSS JOIN (
    SELECT
        coalesce(sum(money.owed(installment, today.current_on)), 0)::bigint AS outstanding_minor,
        coalesce(
            sum(money.owed(installment, today.current_on)) FILTER (WHERE installment.due_on < today.current_on), 0
        )::bigint AS overdue_minor
    FROM money.installment
    CROSS JOIN infra.business_day AS today
    WHERE installment.status = 'open'
) AS owed
