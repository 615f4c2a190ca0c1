-- Keep payouts of credit balances.
INSERT INTO money.credit_payout (customer_id, payout_id, line_id, amount_minor, paid_out_on, paid_out_at)
SELECT new.customer_id, new.payout_id, new.line_id, new.amount_minor, new.paid_out_on, %(paid_out_at)s::timestamptz
FROM unnest(
    %(customer_ids)b::bigint[], %(payout_ids)b::bigint[], %(line_ids)b::bigint[], %(amounts_minor)b::bigint[], %(paid_out_ons)b::date[]
) AS new (customer_id, payout_id, line_id, amount_minor, paid_out_on)
