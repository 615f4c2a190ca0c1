-- Count what became, from one month end to the next, of lines that were in a segment at the first: the hits and the lines of each measure.
SELECT
    count(*) FILTER (WHERE before.days_past_due = 0 AND after.days_past_due > 0) AS roll_to_overdue,
    count(*) FILTER (WHERE before.days_past_due = 0) AS roll_to_overdue_of,
    count(*) FILTER (WHERE before.days_past_due BETWEEN 1 AND 29 AND after.days_past_due >= 30) AS roll_to_thirty,
    count(*) FILTER (WHERE before.days_past_due BETWEEN 1 AND 29) AS roll_to_thirty_of,
    count(*) FILTER (WHERE before.days_past_due < 90 AND after.days_past_due >= 90) AS "default",
    count(*) FILTER (WHERE before.days_past_due < 90) AS default_of,
    count(*) FILTER (WHERE after.days_past_due >= 30) AS thirty_plus,
    count(after.line_id) AS thirty_plus_of
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS member (customer_id, line_id)
LEFT JOIN money.month_end AS before
    ON before.customer_id = member.customer_id AND before.line_id = member.line_id AND before.month_end = %(before_on)s::date
LEFT JOIN money.month_end AS after
    ON after.customer_id = member.customer_id AND after.line_id = member.line_id AND after.month_end = %(after_on)s::date
