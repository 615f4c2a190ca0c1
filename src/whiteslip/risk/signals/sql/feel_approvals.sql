-- Of the purchases asked for in the last minutes, those approved at once. That nobody asks is no fault of the source.
SELECT
    count(*) FILTER (WHERE purchase.status NOT IN ('declined', 'referred')) AS hits,
    count(*) AS out_of,
    coalesce(max(purchase.authorized_at), %(at)s::timestamptz) AS seen_at
FROM money.purchase
WHERE
    purchase.authorized_at > %(from_at)s::timestamptz AND purchase.authorized_at <= %(at)s::timestamptz
    AND NOT purchase.imported
