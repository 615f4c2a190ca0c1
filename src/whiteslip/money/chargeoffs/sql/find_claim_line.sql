-- The line a claim is of, which is locked before the claim.
SELECT line_id FROM money.charge_off WHERE customer_id = %(customer_id)s AND charge_off_id = %(charge_off_id)s
