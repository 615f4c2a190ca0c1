-- Take back where money went, and keep that it did.
WITH taken AS (
    DELETE FROM money.allocation
    USING unnest(%(source_ids)b::bigint[], %(installment_ids)b::bigint[]) AS gone (source_id, installment_id)
    WHERE
        allocation.customer_id = %(customer_id)s::bigint
        AND allocation.source_id = gone.source_id
        AND allocation.installment_id = gone.installment_id
    RETURNING
        allocation.customer_id, allocation.source_id, allocation.installment_id, allocation.principal_minor, allocation.fee_minor,
        allocation.late_fee_minor, allocation.allocated_on
)

INSERT INTO money.undone_allocation (
    customer_id, correction_id, source_id, installment_id, principal_minor, fee_minor, late_fee_minor, allocated_on
)
SELECT customer_id, %(correction_id)s::bigint, source_id, installment_id, principal_minor, fee_minor, late_fee_minor, allocated_on FROM taken
