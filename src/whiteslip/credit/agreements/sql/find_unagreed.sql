-- Find lines whose owner accepted no agreement, the first few.
SELECT line.customer_id, line.line_id, line.opened_on
FROM money.line
WHERE
    NOT EXISTS (SELECT FROM credit.acceptance AS accepted WHERE accepted.customer_id = line.customer_id AND accepted.subject_id = line.line_id)
ORDER BY line.customer_id, line.line_id
LIMIT 20
