-- Let waivers have taken back what another life of their line lets them; which charges they took is written anew.
WITH lived AS (
    SELECT * FROM unnest(%(numbers)b::bigint[], %(waived_minor)b::bigint[], %(returned_minor)b::bigint[]) AS given (number, waived_minor, returned_minor)
),

forgotten AS (
    DELETE FROM money.waived_fee
    USING lived
    WHERE waived_fee.customer_id = %(customer_id)s::bigint AND waived_fee.waiver_id = lived.number
)

UPDATE money.fee_waiver SET waived_minor = lived.waived_minor, returned_minor = lived.returned_minor
FROM lived
WHERE fee_waiver.customer_id = %(customer_id)s::bigint AND fee_waiver.waiver_id = lived.number
