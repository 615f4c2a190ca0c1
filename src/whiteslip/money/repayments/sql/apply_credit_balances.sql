-- Batch step. Use credit balances for what is billed, in the order of each product's policy for them, and of the excess for plans in advance if it says so.
-- Idempotent: what is paid is no longer owed, and what is used is no longer a credit balance.
-- Pure twin: money/repayments/rules.py: use_credit
WITH due AS (
    SELECT
        installment.customer_id, installment.line_id, installment.installment_id, installment.kind, line.credit_minor, part.component, part.owed_minor,
        product.credit_by_component, product.credit_future, installment.due_on, installment.captured_on - date '2000-01-01' AS bought,
        coalesce(installment.purchase_id, 0) AS purchase_no, state.is_ahead,
        array_position(product.credit_order, state.name || part.component) AS place,
        CASE WHEN state.is_ahead AND product.credit_future = 'last' THEN -1 ELSE 1 END AS way
    FROM money.line
    INNER JOIN money.product ON product.product_id = line.product_id
    INNER JOIN money.installment
        ON
            installment.customer_id = line.customer_id
            AND installment.line_id = line.line_id
            AND installment.status = 'open'
            AND (installment.statement_on <= %(business_date)s::date + 1 OR product.credit_future IS NOT NULL)
    CROSS JOIN LATERAL (
        SELECT
            CASE
                WHEN installment.due_on <= %(business_date)s::date THEN 'past due: '
                WHEN installment.statement_on <= %(business_date)s::date + 1 THEN 'due: '
                ELSE 'in advance: '
            END AS name,
            installment.kind = 'plan' AND installment.statement_on > %(business_date)s::date + 1 AS is_ahead
    ) AS state
    CROSS JOIN LATERAL (
        VALUES
        ('late_fee', installment.late_fee_minor - installment.paid_late_fee_minor),
        ('fee', money.fee_owed(installment, %(business_date)s::date + 1)),
        ('principal', installment.principal_minor - installment.paid_principal_minor)
    ) AS part (component, owed_minor)
    WHERE line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint AND line.credit_minor > 0 AND part.owed_minor > 0
),

ordered AS (
    SELECT
        customer_id, line_id, installment_id, component, owed_minor, place, due_on, bought, purchase_no, is_ahead AND credit_future = 'evenly' AS is_evenly,
        credit_minor + owed_minor - sum(owed_minor) OVER (
            PARTITION BY customer_id, line_id
            ORDER BY
                is_ahead ASC, CASE WHEN credit_by_component THEN place END ASC, way * (due_on - date '2000-01-01') ASC,
                CASE WHEN credit_by_component THEN 0 ELSE (place - 1) %% 3 END ASC, kind <> 'plan' ASC, way * bought ASC,
                way * purchase_no ASC, way * installment_id ASC
        ) AS left_minor
    FROM due
),

-- Evenly, as kernel/money.py: level says: the least rooms are filled first, and what is left is the same for all others, the latest with the odd units.
room AS (
    SELECT
        customer_id, line_id, installment_id, min(due_on) AS due_on, min(bought) AS bought, min(purchase_no) AS purchase_no, sum(owed_minor)::bigint AS room_minor,
        greatest(0, max(max(left_minor)) OVER (PARTITION BY customer_id, line_id))::bigint AS total_minor
    FROM ordered
    WHERE is_evenly
    GROUP BY customer_id, line_id, installment_id
),

filling AS (
    SELECT
        customer_id, line_id, installment_id, due_on, bought, purchase_no, room_minor, total_minor,
        room_minor * (count(*) OVER (PARTITION BY customer_id, line_id) - row_number() OVER least_first + 1)
        <= total_minor - sum(room_minor) OVER least_first + room_minor AS is_filled
    FROM room
    WINDOW least_first AS (PARTITION BY customer_id, line_id ORDER BY room_minor ASC, installment_id ASC)
),

parting AS (
    SELECT
        customer_id, line_id, installment_id, room_minor, is_filled,
        (total_minor - coalesce(sum(room_minor) FILTER (WHERE is_filled) OVER of_line, 0))::bigint AS rest_minor,
        count(*) FILTER (WHERE NOT is_filled) OVER of_line AS unfilled,
        row_number() OVER (PARTITION BY customer_id, line_id, is_filled ORDER BY due_on DESC, bought DESC, purchase_no DESC, installment_id DESC) AS from_last
    FROM filling
    WINDOW of_line AS (PARTITION BY customer_id, line_id)
),

paid AS (
    SELECT customer_id, line_id, installment_id, component, least(owed_minor, greatest(0, left_minor)) AS paid_minor
    FROM ordered
    WHERE NOT is_evenly
    UNION ALL
    SELECT
        ordered.customer_id, ordered.line_id, ordered.installment_id, ordered.component,
        least(
            ordered.owed_minor,
            greatest(
                0,
                share.share_minor + ordered.owed_minor
                - sum(ordered.owed_minor) OVER (PARTITION BY ordered.customer_id, ordered.installment_id ORDER BY ordered.place ASC)
            )
        )
    FROM ordered
    INNER JOIN parting ON parting.customer_id = ordered.customer_id AND parting.installment_id = ordered.installment_id
    CROSS JOIN LATERAL (
        SELECT
            CASE
                WHEN parting.is_filled THEN parting.room_minor
                ELSE parting.rest_minor / parting.unfilled + (parting.from_last <= parting.rest_minor %% parting.unfilled)::int
            END AS share_minor
    ) AS share
    WHERE ordered.is_evenly
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
