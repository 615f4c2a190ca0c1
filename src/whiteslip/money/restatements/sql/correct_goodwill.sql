-- Let amounts granted have settled what another life of their line lets them.
UPDATE money.goodwill
SET
    principal_minor = lived.principal_minor, fee_minor = lived.fee_minor, late_fee_minor = lived.late_fee_minor, credit_minor = lived.credit_minor
FROM unnest(%(numbers)b::bigint[], %(principals_minor)b::bigint[], %(fees_minor)b::bigint[], %(late_fees_minor)b::bigint[], %(credits_minor)b::bigint[])
    AS lived (number, principal_minor, fee_minor, late_fee_minor, credit_minor)
WHERE goodwill.customer_id = %(customer_id)s::bigint AND goodwill.goodwill_id = lived.number
