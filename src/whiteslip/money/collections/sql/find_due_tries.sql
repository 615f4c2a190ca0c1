-- Find tries to be handed to a bank: planned ones whose time has come, and sent ones of which the bank did not say in time that it has them.
-- Of a line one is under way at a time, and of several planned ones the first goes first.
SELECT try.customer_id, try.try_id, try.line_id
FROM money.collection_try AS try
WHERE
    try.state = 'planned'
    AND (try.try_on < %(on)s::date OR (try.try_on = %(on)s::date AND try.try_from <= %(hour)s::time))
    AND NOT EXISTS (
        SELECT FROM money.collection_try AS other
        WHERE
            other.customer_id = try.customer_id AND other.line_id = try.line_id
            AND (other.state = 'sent' OR (other.state = 'planned' AND other.try_id < try.try_id AND other.try_on <= %(on)s::date))
    )
UNION ALL
SELECT try.customer_id, try.try_id, try.line_id
FROM money.collection_try AS try
WHERE try.state = 'sent' AND try.taken_at IS NULL AND try.leased_until <= %(at)s::timestamptz
ORDER BY customer_id, try_id
LIMIT %(most)s::integer
