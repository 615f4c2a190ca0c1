-- Sum what became of the arms of a tightening by a month end, over the lines that joined with its release: those touched so far, and those held out.
-- A line is a hit that is 30 days late then and was not when it joined; bad is what such a line owes, bought what was captured of purchases since.
SELECT
    member.arm,
    count(*) AS lines,
    count(*) FILTER (WHERE became.is_hit) AS hits,
    avg(CASE WHEN became.is_hit THEN became.owed_minor ELSE 0 END)::double precision AS bad_mean,
    coalesce(var_samp(CASE WHEN became.is_hit THEN became.owed_minor ELSE 0 END), 0)::double precision AS bad_variance,
    avg(bought.captured_minor)::double precision AS bought_mean,
    coalesce(var_samp(bought.captured_minor), 0)::double precision AS bought_variance
FROM risk.tightening_member AS member
LEFT JOIN money.month_end
    ON
        month_end.customer_id = member.customer_id
        AND month_end.line_id = member.line_id
        AND month_end.month_end = %(month_end)s::date
CROSS JOIN LATERAL (
    SELECT
        coalesce(month_end.days_past_due >= 30 AND member.days_past_due < 30, FALSE) AS is_hit,
        coalesce(month_end.owed_minor, 0) AS owed_minor
) AS became
CROSS JOIN LATERAL (
    SELECT coalesce(sum(purchase.captured_minor - purchase.refunded_minor), 0)::bigint AS captured_minor
    FROM money.purchase
    WHERE
        purchase.customer_id = member.customer_id
        AND purchase.line_id = member.line_id
        AND purchase.authorized_on > member.joined_on
        AND purchase.authorized_on <= %(month_end)s::date
) AS bought
WHERE
    member.tightening_id = %(tightening_id)s::integer
    AND member.joined_on = %(joined_on)s::date
    AND NOT member.is_exempt
    AND (member.arm = 'held_out' OR member.stage < %(stages_done)s::smallint)
GROUP BY member.arm
