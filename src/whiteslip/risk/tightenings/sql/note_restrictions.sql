-- Note beside members the restrictions that were imposed or proposed for them.
UPDATE risk.tightening_member SET restriction_id = noted.restriction_id
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(restriction_ids)b::bigint[]) AS noted (customer_id, line_id, restriction_id)
WHERE
    tightening_member.customer_id = noted.customer_id
    AND tightening_member.tightening_id = %(tightening_id)s::integer
    AND tightening_member.line_id = noted.line_id
