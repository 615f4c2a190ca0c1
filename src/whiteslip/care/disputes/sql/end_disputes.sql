-- End disputes that are open; one that has ended is left alone.
UPDATE care.dispute
SET status = ending.after, ended_by = ending.actor, ending_words = ending.words, ended_on = %(on)s::date, ended_at = %(at)s::timestamptz
FROM unnest(
    %(customer_ids)b::bigint[], %(dispute_ids)b::bigint[], %(afters)b::text[], %(actors)b::text[], %(words)b::text[]
) AS ending (customer_id, dispute_id, after, actor, words)
WHERE dispute.customer_id = ending.customer_id AND dispute.dispute_id = ending.dispute_id AND dispute.status = 'open'
