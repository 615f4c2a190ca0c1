-- Collections that are open without just one try planned or under way, or that are not paid exactly where a try of theirs is.
SELECT collection.customer_id, collection.collection_id, collection.state, tried.under_way, tried.paid
FROM money.collection
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE try.state IN ('planned', 'sent')) AS under_way,
        count(*) FILTER (WHERE try.state = 'paid') AS paid
    FROM money.collection_try AS try
    WHERE try.customer_id = collection.customer_id AND try.collection_id = collection.collection_id
) AS tried
WHERE
    (collection.state = 'open' AND tried.under_way <> 1)
    OR (collection.state = 'paid') <> (tried.paid > 0)
ORDER BY collection.customer_id, collection.collection_id
LIMIT 100
