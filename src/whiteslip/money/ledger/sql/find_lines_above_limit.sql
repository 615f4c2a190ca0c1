-- Lines above their limits though nothing was imported, no limit was cut and no temporary one has ended.
SELECT line.customer_id, line.line_id, line.principal_minor, line.held_minor, line.fixed_limit_minor, line.temporary_limit_minor
FROM money.line
WHERE
    line.principal_minor + line.held_minor > line.fixed_limit_minor + line.temporary_limit_minor
    AND NOT EXISTS (
        SELECT FROM money.purchase
        WHERE purchase.customer_id = line.customer_id AND purchase.line_id = line.line_id AND purchase.imported
    )
    AND NOT EXISTS (
        SELECT FROM money.limit_change
        WHERE
            limit_change.customer_id = line.customer_id
            AND limit_change.line_id = line.line_id
            AND limit_change.fixed_after_minor < limit_change.fixed_before_minor
    )
    AND NOT EXISTS (
        SELECT FROM money.temporary_limit
        WHERE
            temporary_limit.customer_id = line.customer_id
            AND temporary_limit.line_id = line.line_id
            AND temporary_limit.status = 'returned'
    )
ORDER BY line.customer_id, line.line_id
LIMIT 100
