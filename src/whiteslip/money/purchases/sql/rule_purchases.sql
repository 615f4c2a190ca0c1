-- Turn referred purchases into what was ruled and keep the ruling with the reasons they were referred for; one that is not referred is left alone.
-- Their lines are locked before. The ruling is inserted once and never changed.
WITH ruled AS (
    UPDATE money.purchase
    SET
        status = ruling.status,
        reasons = CASE WHEN ruling.word = 'granted' THEN NULL ELSE purchase.reasons END,
        expires_on = ruling.expires_on
    FROM unnest(
        %(customer_ids)b::bigint[], %(purchase_ids)b::bigint[], %(case_ids)b::bigint[], %(words)b::text[],
        %(statuses)b::text[]::money.purchase_status[], %(expires_ons)b::date[], %(actors)b::text[], %(notes)b::text[], %(reasons)b::jsonb[]
    ) AS ruling (customer_id, purchase_id, case_id, word, status, expires_on, actor, note, reasons)
    WHERE
        purchase.customer_id = ruling.customer_id
        AND purchase.purchase_id = ruling.purchase_id
        AND purchase.status = 'referred'
    RETURNING purchase.customer_id, purchase.purchase_id, ruling.case_id, ruling.word, ruling.actor, ruling.note, ruling.reasons
)

INSERT INTO money.purchase_ruling (customer_id, purchase_id, case_id, ruled_at, ruled_on, word, actor, note, reasons)
SELECT customer_id, purchase_id, case_id, %(ruled_at)s::timestamptz, %(ruled_on)s::date, word, actor, note, reasons
FROM ruled
