-- Keep what came in for claims.
INSERT INTO money.recovery (customer_id, recovery_id, line_id, charge_off_id, cost_minor, claim_minor, recovered_on)
SELECT new.customer_id, new.recovery_id, new.line_id, new.charge_off_id, new.cost_minor, new.claim_minor, new.recovered_on
FROM unnest(
    %(customer_ids)b::bigint[], %(recovery_ids)b::bigint[], %(line_ids)b::bigint[], %(charge_off_ids)b::bigint[], %(costs_minor)b::bigint[],
    %(claims_minor)b::bigint[], %(recovered_ons)b::date[]
) AS new (customer_id, recovery_id, line_id, charge_off_id, cost_minor, claim_minor, recovered_on)
