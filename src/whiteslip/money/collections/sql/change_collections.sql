-- Write where collections stand; their lines are locked.
UPDATE money.collection
SET state = change.state
FROM unnest(%(customer_ids)b::bigint[], %(collection_ids)b::bigint[], %(states)b::text[]) AS change (customer_id, collection_id, state)
WHERE collection.customer_id = change.customer_id AND collection.collection_id = change.collection_id
