-- Whether, on some day of the :within_days after a day of its own, each line was at least :days past due; line 0 is any of the customer's.
-- An episode is :days past due on since_on + :days at the earliest: the date its oldest due had when it began stands for what it had on each day.
SELECT array_agg(followed.is_bad ORDER BY followed.place) AS is_bad
FROM (
    SELECT
        judged.place,
        bool_or(
            coalesce(late.reached_on <= judged.judged_on + %(within_days)s::integer, FALSE)
            AND late.ended_on > greatest(late.reached_on, judged.judged_on + 1)
        ) AS is_bad
    FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(judged_on)b::date[]) WITH ORDINALITY AS judged (customer_id, line_id, judged_on, place)
    LEFT JOIN (
        SELECT
            arrears.customer_id, arrears.line_id,
            arrears.since_on + %(days)s::integer AS reached_on,
            coalesce(arrears.ended_on, 'infinity'::date) AS ended_on
        FROM money.arrears
        WHERE
            greatest(arrears.worst_days, coalesce(arrears.ended_on - 1, %(current_on)s::date) - arrears.oldest_due_on) >= %(days)s::integer
    ) AS late ON late.customer_id = judged.customer_id AND (judged.line_id = 0 OR late.line_id = judged.line_id)
    GROUP BY judged.place
) AS followed
