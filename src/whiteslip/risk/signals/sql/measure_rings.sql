-- Accounts in rings that were raised in the window, for the lines that are open. Its source is the weaving: a day that was not woven raises no ring.
SELECT
    (
        SELECT coalesce(sum(jsonb_array_length(ring.evidence -> 'members')), 0)::bigint FROM risk.ring
        WHERE ring.raised_on >= %(from_on)s::date AND ring.raised_on < %(to_on)s::date
    ) AS hits,
    count(*) AS out_of,
    (SELECT max(weave.woven_on) FROM risk.weave WHERE weave.woven_on <= %(as_of)s::date) AS seen_on
FROM money.line
WHERE line.status = 'open' AND line.opened_on < %(to_on)s::date
