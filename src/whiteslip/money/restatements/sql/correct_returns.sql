-- Let refunds owe their sources what another life of the line lets them, never less than each was paid; what one was paid beyond it others are owed less,
-- the first that paid before the latest. All returns of a refund are given.
WITH kept AS (
    SELECT refund_id, repayment_id, paid_out_minor
    FROM money.refund_return
    WHERE customer_id = %(customer_id)s::bigint AND refund_id = ANY(%(refund_ids)b::bigint[])
),

lived AS (
    SELECT
        coalesce(given.refund_id, kept.refund_id) AS refund_id, coalesce(given.repayment_id, kept.repayment_id) AS repayment_id,
        coalesce(given.amount_minor, 0) AS amount_minor, coalesce(kept.paid_out_minor, 0) AS paid_out_minor
    FROM unnest(%(refund_ids)b::bigint[], %(repayment_ids)b::bigint[], %(amounts_minor)b::bigint[]) AS given (refund_id, repayment_id, amount_minor)
    FULL OUTER JOIN kept ON kept.refund_id = given.refund_id AND kept.repayment_id = given.repayment_id
),

summed AS (
    SELECT
        refund_id, repayment_id, amount_minor, paid_out_minor, greatest(amount_minor - paid_out_minor, 0) AS open_minor,
        sum(greatest(paid_out_minor - amount_minor, 0)) OVER (PARTITION BY refund_id) AS beyond_minor,
        sum(greatest(amount_minor - paid_out_minor, 0)) OVER (PARTITION BY refund_id ORDER BY repayment_id ASC) AS open_so_far_minor
    FROM lived
),

owed AS (
    SELECT
        refund_id, repayment_id,
        (greatest(amount_minor, paid_out_minor) - least(open_minor, greatest(0, beyond_minor - (open_so_far_minor - open_minor))))::bigint AS amount_minor
    FROM summed
),

gone AS (
    DELETE FROM money.refund_return USING owed
    WHERE
        refund_return.customer_id = %(customer_id)s::bigint
        AND refund_return.refund_id = owed.refund_id
        AND refund_return.repayment_id = owed.repayment_id
        AND owed.amount_minor = 0
)

INSERT INTO money.refund_return (customer_id, refund_id, repayment_id, line_id, amount_minor)
SELECT %(customer_id)s::bigint, refund_id, repayment_id, %(line_id)s::bigint, amount_minor FROM owed
WHERE amount_minor > 0
ON CONFLICT (customer_id, refund_id, repayment_id) DO UPDATE SET amount_minor = excluded.amount_minor
