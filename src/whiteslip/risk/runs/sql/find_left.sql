-- Find what a run left that still stands, proposals alone or all of it, of customers in a range.
SELECT customer_id, restriction_id, state
FROM risk.restriction
WHERE
    customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND book = %(book)s::text
    AND book_version = %(version)s::integer
    AND since_on = %(run_on)s::date
    AND (state = 'proposed' OR (NOT %(only_proposed)s::boolean AND state NOT IN ('lifted', 'dismissed')))
ORDER BY customer_id, restriction_id
