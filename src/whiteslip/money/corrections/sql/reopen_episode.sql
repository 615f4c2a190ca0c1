-- Let the arrears of a line be those of another life: that episode is open, reopened if it had ended, and any other ends today.
WITH ended AS (
    UPDATE money.arrears SET ended_on = %(on_date)s::date
    WHERE
        customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint AND ended_on IS NULL AND since_on <> %(since_on)s::date
)

INSERT INTO money.arrears (customer_id, line_id, since_on, oldest_due_on, worst_days)
VALUES (%(customer_id)s::bigint, %(line_id)s::bigint, %(since_on)s::date, %(oldest_due_on)s::date, %(worst_days)s::integer)
ON CONFLICT (customer_id, line_id, since_on) DO UPDATE
    SET
        oldest_due_on = excluded.oldest_due_on, worst_days = greatest(arrears.worst_days, excluded.worst_days), ended_on = NULL
