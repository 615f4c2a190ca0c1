-- Note in which case each appeal lies.
UPDATE care.appeal
SET case_id = placed.case_id
FROM unnest(%(customer_ids)b::bigint[], %(appeal_ids)b::bigint[], %(case_ids)b::bigint[]) AS placed (customer_id, appeal_id, case_id)
WHERE appeal.customer_id = placed.customer_id AND appeal.appeal_id = placed.appeal_id AND appeal.case_id IS NULL
