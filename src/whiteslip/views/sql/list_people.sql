-- List people with their line's standing: found by number, reference or name; or all, those overdue or those restricted, the newest first.
SELECT
    person.customer_id, person.reference, person.display_name, line.line_id, line.fixed_limit_minor + line.temporary_limit_minor AS limit_minor,
    line.principal_minor, line.restriction_level, coalesce(day.current_on - late.oldest_due_on, 0) AS days_past_due
FROM credit.customer AS person
CROSS JOIN infra.business_day AS day
LEFT JOIN money.line ON line.customer_id = person.customer_id
LEFT JOIN money.arrears AS late ON late.customer_id = line.customer_id AND late.line_id = line.line_id AND late.ended_on IS NULL
WHERE
    person.customer_id < %(before)s
    AND (
        %(wanted)s::text = ''
        OR person.customer_id::text = %(wanted)s::text
        OR person.reference = %(wanted)s::text
        OR person.display_name = %(wanted)s::text
        OR person.customer_id = ANY(%(named)s::bigint[])
    )
    AND (%(standing)s::text <> 'overdue' OR late.customer_id IS NOT NULL)
    AND (%(standing)s::text <> 'restricted' OR line.restriction_level >= 3)
ORDER BY person.customer_id DESC, line.line_id ASC
LIMIT %(limit)s
