-- Batch step. Use credit balances for what is billed, oldest due first and within one due in the order of its product, plans before what is paid later.
-- Idempotent: what is paid is no longer owed, and what is used is no longer a credit balance.
-- Pure twin: money/repayments/rules.py: allocate
WITH due AS (
    SELECT
        installment.customer_id, installment.line_id, installment.installment_id, installment.due_on, installment.captured_on,
        coalesce(installment.purchase_id, 0) AS purchase_no, installment.kind, line.credit_minor, part.component, part.owed_minor,
        array_position(product.allocation, part.component) AS rank
    FROM money.line
    INNER JOIN money.product ON product.product_id = line.product_id
    INNER JOIN money.installment
        ON
            installment.customer_id = line.customer_id
            AND installment.line_id = line.line_id
            AND installment.status = 'open'
            AND installment.statement_on <= %(business_date)s::date + 1
    CROSS JOIN LATERAL (
        VALUES
        ('late_fee', installment.late_fee_minor - installment.paid_late_fee_minor),
        ('fee', installment.fee_minor - installment.paid_fee_minor),
        ('principal', installment.principal_minor - installment.paid_principal_minor)
    ) AS part (component, owed_minor)
    WHERE line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint AND line.credit_minor > 0 AND part.owed_minor > 0
),

paid AS (
    SELECT
        customer_id, line_id, installment_id, component,
        least(
            owed_minor,
            greatest(
                0,
                credit_minor + owed_minor
                - sum(owed_minor) OVER (PARTITION BY customer_id, line_id ORDER BY due_on, rank, kind <> 'plan', captured_on, purchase_no, installment_id)
            )
        ) AS paid_minor
    FROM due
),

settled AS (
    SELECT
        customer_id, line_id, installment_id,
        coalesce(sum(paid_minor) FILTER (WHERE component = 'late_fee'), 0)::bigint AS late_fee_minor,
        coalesce(sum(paid_minor) FILTER (WHERE component = 'fee'), 0)::bigint AS fee_minor,
        coalesce(sum(paid_minor) FILTER (WHERE component = 'principal'), 0)::bigint AS principal_minor
    FROM paid
    WHERE paid_minor > 0
    GROUP BY customer_id, line_id, installment_id
),

used AS (
    SELECT
        customer_id, line_id, nextval('money.number') AS source_id, sum(principal_minor)::bigint AS principal_minor, sum(fee_minor)::bigint AS fee_minor,
        sum(late_fee_minor)::bigint AS late_fee_minor
    FROM settled
    GROUP BY customer_id, line_id
),

paid_lines AS (
    UPDATE money.line
    SET
        principal_minor = line.principal_minor - used.principal_minor,
        credit_minor = line.credit_minor - used.principal_minor - used.fee_minor - used.late_fee_minor
    FROM used
    WHERE line.customer_id = used.customer_id AND line.line_id = used.line_id
),

posted AS (
    INSERT INTO money.movement (customer_id, line_id, source_id, amount_minor, posted_at, business_date, kind, debit, credit)
    SELECT
        used.customer_id, used.line_id, used.source_id, part.amount_minor, %(posted_at)s::timestamptz, %(business_date)s::date + 1,
        part.kind::money.movement_kind, 'customer_credit', part.credit::money.account
    FROM used
    CROSS JOIN LATERAL (
        VALUES
        ('principal_offset', 'receivable_principal', used.principal_minor),
        ('fee_offset', 'receivable_fee', used.fee_minor),
        ('late_fee_offset', 'receivable_late_fee', used.late_fee_minor)
    ) AS part (kind, credit, amount_minor)
    WHERE part.amount_minor > 0
),

allocated AS (
    INSERT INTO money.allocation (customer_id, source_id, installment_id, principal_minor, fee_minor, late_fee_minor, allocated_on)
    SELECT
        settled.customer_id, used.source_id, settled.installment_id, settled.principal_minor, settled.fee_minor, settled.late_fee_minor,
        %(business_date)s::date + 1
    FROM settled
    INNER JOIN used ON used.customer_id = settled.customer_id AND used.line_id = settled.line_id
)

UPDATE money.installment
SET
    paid_principal_minor = installment.paid_principal_minor + settled.principal_minor,
    paid_fee_minor = installment.paid_fee_minor + settled.fee_minor,
    paid_late_fee_minor = installment.paid_late_fee_minor + settled.late_fee_minor,
    status = CASE
        WHEN installment.paid_principal_minor + settled.principal_minor = installment.principal_minor
            AND installment.paid_fee_minor + settled.fee_minor = installment.fee_minor
            AND installment.paid_late_fee_minor + settled.late_fee_minor = installment.late_fee_minor
            THEN 'settled'::money.installment_status
        ELSE 'open'
    END
FROM settled
WHERE installment.customer_id = settled.customer_id AND installment.installment_id = settled.installment_id
