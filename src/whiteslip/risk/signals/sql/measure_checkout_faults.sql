-- Of the answers at checkout on the days of the window, those that were a fault of ours.
SELECT
    coalesce(sum(counted.faults), 0)::bigint AS hits,
    coalesce(sum(counted.answers), 0)::bigint AS out_of,
    (SELECT max(last.counted_on) FROM infra.service_count AS last WHERE last.counted_on <= %(as_of)s::date) AS seen_on
FROM infra.service_count AS counted
WHERE counted.counted_on >= %(from_on)s::date AND counted.counted_on < %(to_on)s::date
