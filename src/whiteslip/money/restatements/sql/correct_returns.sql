-- Let refunds owe their sources what another life of the line lets them, and never less than was paid out.
WITH lived AS (
    SELECT given.refund_id, given.repayment_id, greatest(given.amount_minor, coalesce(kept.paid_out_minor, 0)) AS amount_minor
    FROM unnest(%(refund_ids)b::bigint[], %(repayment_ids)b::bigint[], %(amounts_minor)b::bigint[]) AS given (refund_id, repayment_id, amount_minor)
    LEFT JOIN money.refund_return AS kept
        ON
            kept.customer_id = %(customer_id)s::bigint
            AND kept.refund_id = given.refund_id
            AND kept.repayment_id = given.repayment_id
),

gone AS (
    DELETE FROM money.refund_return AS owed
    USING lived
    WHERE
        owed.customer_id = %(customer_id)s::bigint
        AND owed.refund_id = lived.refund_id
        AND owed.repayment_id = lived.repayment_id
        AND lived.amount_minor = 0
)

INSERT INTO money.refund_return (customer_id, refund_id, repayment_id, line_id, amount_minor)
SELECT %(customer_id)s::bigint, refund_id, repayment_id, %(line_id)s::bigint, amount_minor FROM lived
WHERE amount_minor > 0
ON CONFLICT (customer_id, refund_id, repayment_id) DO UPDATE SET amount_minor = excluded.amount_minor
