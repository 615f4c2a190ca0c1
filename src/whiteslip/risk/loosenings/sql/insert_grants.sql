-- Keep what a stage gave; a member that is held out or exempt has no row to be kept by.
INSERT INTO risk.loosening_grant (customer_id, tightening_id, limit_id, line_id, amount_minor, granted_on, ends_on)
SELECT member.customer_id, member.tightening_id, new.limit_id, member.line_id, new.amount_minor, %(on)s::date, new.ends_on
FROM unnest(
    %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(limit_ids)b::bigint[], %(amounts_minor)b::bigint[], %(ends_ons)b::date[]
) AS new (customer_id, line_id, limit_id, amount_minor, ends_on)
INNER JOIN risk.tightening_member AS member
    ON
        member.customer_id = new.customer_id
        AND member.tightening_id = %(tightening_id)s::integer
        AND member.line_id = new.line_id
        AND member.arm = 'loosened'
        AND NOT member.is_exempt
