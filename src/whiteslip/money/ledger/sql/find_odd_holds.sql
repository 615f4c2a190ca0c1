-- Lines whose held balance is not the sum of what their purchases hold.
SELECT line.customer_id, line.line_id, line.held_minor, coalesce(held.held_minor, 0) AS purchases_held_minor
FROM money.line
LEFT JOIN (
    SELECT customer_id, line_id, sum(authorized_minor - captured_minor - released_minor) AS held_minor
    FROM money.purchase
    WHERE status = 'authorized'
    GROUP BY customer_id, line_id
) AS held ON held.customer_id = line.customer_id AND held.line_id = line.line_id
WHERE line.held_minor <> coalesce(held.held_minor, 0)
ORDER BY line.customer_id, line.line_id
LIMIT 100
