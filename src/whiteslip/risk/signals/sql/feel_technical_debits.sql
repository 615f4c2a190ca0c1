-- Of the debits reported as failed in the last minutes, those that failed for technical reasons.
SELECT
    count(*) FILTER (WHERE debit.failure = 'technical') AS hits,
    count(*) AS out_of,
    (SELECT max(last.failed_at) FROM money.failed_debit AS last WHERE last.failed_on = (SELECT max(day.failed_on) FROM money.failed_debit AS day)) AS seen_at
FROM money.failed_debit AS debit
WHERE
    debit.failed_on >= (%(from_at)s::timestamptz)::date - 2
    AND debit.failed_at > %(from_at)s::timestamptz AND debit.failed_at <= %(at)s::timestamptz
