-- Let installments be parts of the splits that made them in another life of their line; split_id is NULL for one that is of none.
WITH lived AS (
    SELECT * FROM unnest(%(installment_ids)b::bigint[], %(split_ids)b::bigint[]) AS given (installment_id, split_id)
),

gone AS (
    DELETE FROM money.split_part USING lived
    WHERE split_part.customer_id = %(customer_id)s::bigint AND split_part.installment_id = lived.installment_id AND lived.split_id IS NULL
)

INSERT INTO money.split_part (customer_id, installment_id, split_id)
SELECT %(customer_id)s::bigint, installment_id, split_id FROM lived
WHERE split_id IS NOT NULL
ON CONFLICT (customer_id, installment_id) DO UPDATE SET split_id = excluded.split_id
