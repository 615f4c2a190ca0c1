-- Of the statements due in the window, those for whose due day a bank or shop reported a failed debit, technical ones too: they tell of an outage.
SELECT
    count(failed.customer_id) AS hits,
    count(*) AS out_of,
    (SELECT max(debit.failed_on) FROM money.failed_debit AS debit WHERE debit.failed_on <= %(as_of)s::date) AS seen_on
FROM money.statement
LEFT JOIN (
    SELECT DISTINCT debit.customer_id, debit.line_id, debit.due_on
    FROM money.failed_debit AS debit
    WHERE debit.failed_on >= %(from_on)s::date AND debit.due_on < %(to_on)s::date
) AS failed ON failed.customer_id = statement.customer_id AND failed.line_id = statement.line_id AND failed.due_on = statement.due_on
WHERE
    statement.due_on >= %(from_on)s::date AND statement.due_on < %(to_on)s::date
    AND statement.minimum_minor > 0
