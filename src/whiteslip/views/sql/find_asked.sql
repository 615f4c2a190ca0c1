-- What each decision about a purchase was asked for, and on which line; 0 and 0 for a decision about something else.
SELECT
    array_agg(coalesce(purchase.line_id, 0) ORDER BY decided.place) AS line_ids,
    array_agg(coalesce(purchase.authorized_minor, 0) ORDER BY decided.place) AS amounts_minor
FROM unnest(%(customer_ids)b::bigint[], %(decision_ids)b::bigint[]) WITH ORDINALITY AS decided (customer_id, decision_id, place)
LEFT JOIN money.purchase ON purchase.customer_id = decided.customer_id AND purchase.purchase_id = decided.decision_id
