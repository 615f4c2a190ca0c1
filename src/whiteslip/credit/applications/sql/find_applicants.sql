-- Find who applied before, and whether they have an application under way or an open line.
SELECT
    application.id_hash,
    application.customer_id,
    bool_or(application.status IN ('received', 'inquiring', 'referred')) AS is_applying,
    count(line.line_id) > 0 AS has_line
FROM credit.application
LEFT JOIN money.line ON line.customer_id = application.customer_id AND line.status = 'open'
WHERE application.id_hash = ANY(%(id_hashes)b::bytea[])
GROUP BY application.id_hash, application.customer_id
ORDER BY application.id_hash, application.customer_id
