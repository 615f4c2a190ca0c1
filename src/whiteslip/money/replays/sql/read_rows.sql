-- Every row a line ever owed, as it is now, without those that a correction left nothing of.
SELECT
    installment_id, purchase_id, number::integer, kind::text, statement_on, due_on, captured_on, principal_minor, fee_minor, late_fee_minor,
    paid_principal_minor, paid_fee_minor, paid_late_fee_minor, carried_ppm, revolving, status::text
FROM money.installment
WHERE customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint AND principal_minor + fee_minor + late_fee_minor > 0
ORDER BY installment_id ASC
