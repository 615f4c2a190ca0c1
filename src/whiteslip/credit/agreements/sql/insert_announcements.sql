-- Keep that owners of lines are told of a version, and return those that nobody had told before.
INSERT INTO credit.agreement_announcement (customer_id, line_id, notice_id, announced_on, effective_on, agreement_id)
SELECT new.customer_id, new.line_id, new.notice_id, %(announced_on)s::date, new.effective_on, new.agreement_id
FROM unnest(
    %(customer_ids)b::bigint[], %(line_ids)b::bigint[], %(agreement_ids)b::integer[], %(notice_ids)b::bigint[], %(effective_ons)b::date[]
) AS new (customer_id, line_id, agreement_id, notice_id, effective_on)
ON CONFLICT (customer_id, line_id, agreement_id) DO NOTHING
RETURNING customer_id, line_id
