-- Keep rings as they are shown to people, and who is in them.
WITH member AS (
    INSERT INTO risk.ring_member (customer_id, ring_customer_id, ring_id)
    SELECT told.customer_id, told.ring_customer_id, told.ring_id
    FROM unnest(%(member_ids)b::bigint[], %(member_ring_customer_ids)b::bigint[], %(member_ring_ids)b::bigint[])
        AS told (customer_id, ring_customer_id, ring_id)
)

INSERT INTO risk.ring (customer_id, ring_id, case_id, raised_at, raised_on, score, evidence)
SELECT new.customer_id, new.ring_id, new.case_id, %(at)s::timestamptz, %(on)s::date, new.score, new.evidence
FROM unnest(
    %(customer_ids)b::bigint[], %(ring_ids)b::bigint[], %(case_ids)b::bigint[], %(scores)b::double precision[], %(evidence)b::jsonb[]
) AS new (customer_id, ring_id, case_id, score, evidence)
