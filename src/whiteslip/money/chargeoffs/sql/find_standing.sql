-- The claims that stand on some lines, which are locked.
SELECT charge_off.customer_id, charge_off.line_id, charge_off.charge_off_id
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN money.charge_off
    ON
        charge_off.customer_id = wanted.customer_id
        AND charge_off.line_id = wanted.line_id
        AND charge_off.state IN ('charged_off', 'ending')
