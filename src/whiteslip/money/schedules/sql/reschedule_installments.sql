-- Move what installments still owe to other due dates, in pieces where it is split; what is owed does not change by a cent.
-- Pure twin: money/schedules/rescheduling.py: rescheduled
-- An installment whose pieces are not exactly what it owes is left alone, and so is missing among the rows returned.
WITH piece AS (
    SELECT *
    FROM unnest(
        %(customer_ids)b::bigint[], %(installment_ids)b::bigint[], %(are_first)b::boolean[], %(principals_minor)b::bigint[], %(fees_minor)b::bigint[],
        %(late_fees_minor)b::bigint[], %(statement_ons)b::date[], %(due_ons)b::date[], %(kinds)b::text[]::money.installment_kind[], %(numbers)b::smallint[],
        %(revolving)b::boolean[]
    ) AS given (customer_id, installment_id, is_first, principal_minor, fee_minor, late_fee_minor, statement_on, due_on, kind, number, revolving)
),

whole AS (
    SELECT origin.*
    FROM (
        SELECT
            customer_id, installment_id, sum(principal_minor) AS principal_minor, sum(fee_minor) AS fee_minor, sum(late_fee_minor) AS late_fee_minor
        FROM piece
        GROUP BY customer_id, installment_id
        HAVING count(*) FILTER (WHERE is_first) = 1
    ) AS total
    INNER JOIN money.installment AS origin ON origin.customer_id = total.customer_id AND origin.installment_id = total.installment_id
    WHERE
        origin.status = 'open'
        AND origin.principal_minor - origin.paid_principal_minor = total.principal_minor
        AND origin.fee_minor - origin.paid_fee_minor = total.fee_minor
        AND origin.late_fee_minor - origin.paid_late_fee_minor = total.late_fee_minor
),

kept AS (
    UPDATE money.installment
    SET
        principal_minor = installment.paid_principal_minor + piece.principal_minor,
        fee_minor = installment.paid_fee_minor + piece.fee_minor,
        late_fee_minor = installment.paid_late_fee_minor + piece.late_fee_minor,
        statement_on = piece.statement_on,
        due_on = piece.due_on,
        kind = piece.kind,
        revolving = coalesce(piece.revolving, installment.revolving)
    FROM piece
    INNER JOIN whole ON whole.customer_id = piece.customer_id AND whole.installment_id = piece.installment_id
    WHERE piece.is_first AND installment.customer_id = piece.customer_id AND installment.installment_id = piece.installment_id
    RETURNING
        installment.customer_id, installment.line_id, installment.installment_id, installment.due_on, piece.principal_minor, piece.fee_minor,
        piece.late_fee_minor
),

made AS (
    INSERT INTO money.installment (
        customer_id, installment_id, line_id, purchase_id, principal_minor, fee_minor, late_fee_minor, statement_on, due_on, captured_on, number, kind,
        revolving
    )
    SELECT
        whole.customer_id, nextval('money.number'), whole.line_id, whole.purchase_id, piece.principal_minor, piece.fee_minor, piece.late_fee_minor,
        piece.statement_on, piece.due_on, whole.captured_on, piece.number, piece.kind, coalesce(piece.revolving, whole.revolving)
    FROM piece
    INNER JOIN whole ON whole.customer_id = piece.customer_id AND whole.installment_id = piece.installment_id
    WHERE NOT piece.is_first
    RETURNING customer_id, line_id, installment_id, due_on, principal_minor, fee_minor, late_fee_minor
)

SELECT customer_id, line_id, installment_id, due_on, principal_minor, fee_minor, late_fee_minor FROM kept
UNION ALL
SELECT customer_id, line_id, installment_id, due_on, principal_minor, fee_minor, late_fee_minor FROM made
ORDER BY customer_id, due_on, installment_id
