-- Of the applications approved or declined in the window, those approved.
SELECT
    count(*) FILTER (WHERE event.to_status = 'approved') AS hits,
    count(*) AS out_of,
    (
        SELECT max(last.happened_on) FROM credit.application_event AS last
        WHERE last.to_status IN ('approved', 'declined') AND last.happened_on <= %(as_of)s::date
    ) AS seen_on
FROM credit.application_event AS event
WHERE
    event.happened_on >= %(from_on)s::date AND event.happened_on < %(to_on)s::date
    AND event.to_status IN ('approved', 'declined')
