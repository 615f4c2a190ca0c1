-- Of the answers at checkout in the last minutes, those that were a fault of ours.
SELECT
    coalesce(sum(counted.faults), 0)::bigint AS hits,
    coalesce(sum(counted.answers), 0)::bigint AS out_of,
    (SELECT max(last.minute) FROM infra.service_count AS last WHERE last.minute <= %(at)s::timestamptz) AS seen_at
FROM infra.service_count AS counted
WHERE counted.minute >= %(from_at)s::timestamptz AND counted.minute <= %(at)s::timestamptz
