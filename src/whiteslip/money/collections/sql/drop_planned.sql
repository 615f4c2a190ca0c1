-- Drop what is still planned of collections that ended otherwise.
UPDATE money.collection_try AS try
SET state = 'dropped'
FROM unnest(%(customer_ids)b::bigint[], %(collection_ids)b::bigint[]) AS ended (customer_id, collection_id)
WHERE try.customer_id = ended.customer_id AND try.collection_id = ended.collection_id AND try.state = 'planned'
