-- Of the debits that failed in the window, those that failed for technical reasons: the bank's fault and nobody else's.
SELECT
    count(*) FILTER (WHERE debit.failure = 'technical') AS hits,
    count(*) AS out_of,
    (SELECT max(last.failed_on) FROM money.failed_debit AS last WHERE last.failed_on <= %(as_of)s::date) AS seen_on
FROM money.failed_debit AS debit
WHERE debit.failed_on >= %(from_on)s::date AND debit.failed_on < %(to_on)s::date
