-- Keep which source payouts went back to.
INSERT INTO money.returned_payout (customer_id, payout_id, repayment_id, amount_minor)
SELECT new.customer_id, new.payout_id, new.repayment_id, new.amount_minor
FROM unnest(%(customer_ids)b::bigint[], %(payout_ids)b::bigint[], %(repayment_ids)b::bigint[], %(amounts_minor)b::bigint[])
    AS new (customer_id, payout_id, repayment_id, amount_minor)
