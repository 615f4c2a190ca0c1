-- Items whose held money is not what the account suspense received for them, is still in it though they are closed, or left it while they are not;
-- and assigned ones whose repayment is not of that sum on that line.
SELECT
    item.item_id, item.state, item.held_minor, posted.in_minor, posted.assigned_minor, posted.sent_back_minor, repayment.amount_minor AS repaid_minor
FROM money.suspense_item AS item
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(entry.amount_minor) FILTER (WHERE entry.kind = 'suspense_received'), 0) AS in_minor,
        coalesce(sum(entry.amount_minor) FILTER (WHERE entry.kind = 'suspense_assigned'), 0) AS assigned_minor,
        coalesce(sum(entry.amount_minor) FILTER (WHERE entry.kind = 'suspense_sent_back'), 0) AS sent_back_minor
    FROM money.suspense_entry AS entry
    WHERE entry.item_id = item.item_id
) AS posted
LEFT JOIN money.repayment
    ON repayment.customer_id = item.payer_id AND repayment.repayment_id = item.repayment_id AND repayment.line_id = item.line_id
WHERE
    item.held_minor <> posted.in_minor
    OR CASE WHEN item.state = 'closed' AND item.way = 'assigned' THEN item.held_minor ELSE 0 END <> posted.assigned_minor
    OR CASE WHEN item.state = 'closed' AND item.way = 'sent_back' THEN item.held_minor ELSE 0 END <> posted.sent_back_minor
    OR (item.repayment_id IS NOT NULL AND repayment.amount_minor IS DISTINCT FROM item.held_minor)
ORDER BY item.item_id
LIMIT 100
