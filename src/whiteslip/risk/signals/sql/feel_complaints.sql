-- Complaints of the last minutes, those of the days before, and how many times the usual number for so many minutes the first are: at the least, less
-- so many times their root, for one or two by chance are no burst.
SELECT
    recent.complaints AS hits,
    usual.complaints AS out_of,
    usual.seen_at,
    (
        greatest(0, recent.complaints - %(sure_milli)s::integer * sqrt(recent.complaints) / 1000)::numeric * 1000000
        / nullif(
            usual.complaints * extract(EPOCH FROM %(at)s::timestamptz - %(from_at)s::timestamptz) / (%(usual_days)s::integer * 86400), 0
        )
    )::bigint AS value_ppm
FROM (
    SELECT count(*) AS complaints FROM care.complaint
    WHERE
        complaint.received_on >= (%(from_at)s::timestamptz)::date - 2
        AND complaint.received_at > %(from_at)s::timestamptz AND complaint.received_at <= %(at)s::timestamptz
) AS recent
CROSS JOIN (
    SELECT count(*) AS complaints, max(complaint.received_at) AS seen_at FROM care.complaint
    WHERE
        complaint.received_on >= (%(from_at)s::timestamptz)::date - %(usual_days)s::integer
        AND complaint.received_at > %(from_at)s::timestamptz - %(usual_days)s::integer * interval '1 day'
        AND complaint.received_at <= %(at)s::timestamptz
) AS usual
