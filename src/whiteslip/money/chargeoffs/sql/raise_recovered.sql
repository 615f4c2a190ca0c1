-- Add what came in to claims, one row a claim; one of which nothing is left has ended, and those are returned.
WITH raised AS (
    UPDATE money.charge_off
    SET
        recovered_minor = charge_off.recovered_minor + added.amount_minor,
        state = CASE
            WHEN charge_off.recovered_minor + added.amount_minor = charge_off.principal_minor + charge_off.fee_minor + charge_off.late_fee_minor
                THEN 'recovered'
            ELSE charge_off.state
        END,
        ended_on = CASE
            WHEN charge_off.recovered_minor + added.amount_minor = charge_off.principal_minor + charge_off.fee_minor + charge_off.late_fee_minor
                THEN added.recovered_on
        END,
        ended_at = CASE
            WHEN charge_off.recovered_minor + added.amount_minor = charge_off.principal_minor + charge_off.fee_minor + charge_off.late_fee_minor
                THEN %(at)s::timestamptz
        END
    FROM unnest(%(customer_ids)b::bigint[], %(charge_off_ids)b::bigint[], %(amounts_minor)b::bigint[], %(recovered_ons)b::date[])
        AS added (customer_id, charge_off_id, amount_minor, recovered_on)
    WHERE
        charge_off.customer_id = added.customer_id
        AND charge_off.charge_off_id = added.charge_off_id
        AND charge_off.state IN ('charged_off', 'ending')
    RETURNING charge_off.customer_id, charge_off.line_id, charge_off.state
)

SELECT customer_id, line_id FROM raised
WHERE state = 'recovered'
