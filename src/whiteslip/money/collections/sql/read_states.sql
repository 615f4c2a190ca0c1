-- Read where collections stand.
SELECT collection.customer_id, collection.collection_id, collection.state
FROM unnest(%(customer_ids)b::bigint[], %(collection_ids)b::bigint[]) AS wanted (customer_id, collection_id)
INNER JOIN money.collection ON collection.customer_id = wanted.customer_id AND collection.collection_id = wanted.collection_id
