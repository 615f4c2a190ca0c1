-- Let lines join a tightening; who joined before stays as they joined.
INSERT INTO risk.tightening_member (customer_id, tightening_id, line_id, joined_on, days_past_due, stage, arm, is_exempt)
SELECT
    new.customer_id, %(tightening_id)s::integer, new.line_id, %(on)s::date, new.days_past_due, new.stage, new.arm, new.is_exempt
FROM unnest(
    %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(days_past_due)b::integer[], %(stages)b::smallint[], %(arms)b::text[],
    %(are_exempt)b::boolean[]
) AS new (customer_id, line_id, days_past_due, stage, arm, is_exempt)
ORDER BY new.customer_id, new.line_id
ON CONFLICT DO NOTHING
