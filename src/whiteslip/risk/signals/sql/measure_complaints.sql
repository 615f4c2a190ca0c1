-- Complaints received in the window and not withdrawn, for the lines that are open.
SELECT
    (
        SELECT count(*) FROM care.complaint
        WHERE
            complaint.received_on >= %(from_on)s::date AND complaint.received_on < %(to_on)s::date
            AND complaint.state <> 'withdrawn'
    ) AS hits,
    count(*) AS out_of,
    (SELECT max(complaint.received_on) FROM care.complaint WHERE complaint.received_on <= %(as_of)s::date) AS seen_on
FROM money.line
WHERE line.status = 'open' AND line.opened_on < %(to_on)s::date
