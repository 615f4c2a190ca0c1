-- Reversals and back-dated repayments. The new kinds come first; nothing below uses them as values of their type.
ALTER TYPE money.movement_kind ADD VALUE 'credit_reclaimed' AFTER 'cost_recovered';
ALTER TYPE money.movement_kind ADD VALUE 'payment_reclaimed' AFTER 'credit_reclaimed';
ALTER TYPE money.movement_kind ADD VALUE 'undone' AFTER 'payment_reclaimed';
ALTER TABLE money.installment DROP CONSTRAINT installment_check4;
ALTER TABLE money.installment ADD CONSTRAINT installment_check4
CHECK (CASE kind WHEN 'revolving_fee' THEN purchase_id IS NULL WHEN 'pay_later' THEN purchase_id IS NOT NULL ELSE TRUE END);
ALTER TABLE money.payoff ADD COLUMN undone_by bigint;
ALTER TABLE money.statement_split ADD COLUMN undone_by bigint;
ALTER TABLE money.fee_waiver DROP CONSTRAINT fee_waiver_check4;
ALTER TABLE money.fee_waiver ADD CONSTRAINT fee_waiver_check4 CHECK (state = 'done' OR waived_minor + returned_minor = 0);

-- Late fees stood still from the day after it was agreed, as that day was charged already, and on the day it ended, as that was spared already.
ALTER TABLE money.fee_pause ADD COLUMN held_from date;
ALTER TABLE money.fee_pause ADD COLUMN held_until date;
UPDATE money.fee_pause
SET
    held_from = starts_on + CASE reason WHEN 'treatment' THEN 0 ELSE 1 END,
    held_until = ends_on + CASE reason WHEN 'treatment' THEN 0 ELSE 1 END;
ALTER TABLE money.fee_pause ALTER COLUMN held_from SET NOT NULL;

-- What was decided later than asked draws a number when it acts, so that it has a place among what happened to its line. What was decided before
-- gets the number before the next thing that happened to the line.
ALTER TABLE money.fee_waiver ADD COLUMN acted_number bigint;
ALTER TABLE care.relief ADD COLUMN acted_number bigint;
CREATE TEMPORARY TABLE happened ON COMMIT DROP AS
SELECT purchase.customer_id, purchase.line_id, capture.captured_at AS at, capture.capture_id AS number
FROM money.capture
INNER JOIN money.purchase ON purchase.customer_id = capture.customer_id AND purchase.purchase_id = capture.purchase_id
UNION ALL
SELECT customer_id, line_id, repaid_at, repayment_id FROM money.repayment
UNION ALL
SELECT customer_id, line_id, refunded_at, refund_id FROM money.refund
UNION ALL
SELECT customer_id, line_id, paid_out_at, payout_id FROM money.credit_payout;
CREATE INDEX ON happened (customer_id, line_id, at);
UPDATE money.fee_waiver
SET acted_number = coalesce(
    (
        SELECT min(happened.number) - 1 FROM happened
        WHERE happened.customer_id = fee_waiver.customer_id AND happened.line_id = fee_waiver.line_id AND happened.at > fee_waiver.decided_at
    ),
    nextval('money.number')
)
WHERE decided_at IS NOT NULL;
UPDATE care.relief
SET acted_number = coalesce(
    (
        SELECT min(happened.number) - 1 FROM happened
        WHERE
            happened.customer_id = relief.customer_id
            AND happened.line_id = relief.line_id
            AND happened.at > (
                SELECT max(event.happened_at) FROM care.relief_event AS event
                WHERE event.customer_id = relief.customer_id AND event.relief_id = relief.relief_id AND event.to_status = 'running'
            )
    ),
    nextval('money.number')
)
WHERE started_on IS NOT NULL;
ALTER TABLE money.fee_waiver ADD CONSTRAINT fee_waiver_check5 CHECK ((acted_number IS NULL) = (decided_by IS NULL));
ALTER TABLE care.relief ADD CONSTRAINT relief_check2 CHECK ((started_on IS NULL) = (acted_number IS NULL));

-- Repayments taken back by whoever sent them, and repayments that count from an earlier day: the line's life was lived again, and what differs was
-- booked on the day of the correction with the day it counts from. Nothing that was posted is changed: a movement that no longer holds is undone by another.
CREATE TABLE money.correction (
    customer_id bigint NOT NULL,
    correction_id bigint NOT NULL,
    line_id bigint NOT NULL,
    repayment_id bigint NOT NULL,
    corrected_at timestamptz NOT NULL,
    value_on date NOT NULL,
    corrected_on date NOT NULL CHECK (corrected_on >= value_on),
    kind text NOT NULL CHECK (kind IN ('reversed', 'added_to_next', 'back_dated')),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 40),
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL CHECK (length(note) <= 2000),
    PRIMARY KEY (customer_id, correction_id)
) WITH (fillfactor = 100);
CREATE UNIQUE INDEX correction_once ON money.correction (customer_id, repayment_id, (kind = 'back_dated'));

-- Money received, with the day it was known from and the day it was taken back; NULL while it stands.
CREATE VIEW money.received AS
SELECT
    repayment.customer_id, repayment.repayment_id, repayment.line_id, repayment.amount_minor, repayment.allocated_minor, repayment.credit_minor,
    repayment.method, repayment.repaid_on, repayment.repaid_at, coalesce(dated.corrected_on, repayment.repaid_on) AS known_on,
    gone.corrected_on AS reversed_on
FROM money.repayment
LEFT JOIN money.correction AS dated
    ON dated.customer_id = repayment.customer_id AND dated.repayment_id = repayment.repayment_id AND dated.kind = 'back_dated'
LEFT JOIN money.correction AS gone
    ON gone.customer_id = repayment.customer_id AND gone.repayment_id = repayment.repayment_id AND gone.kind <> 'back_dated';

-- What moved because of a correction: undoes_id is the movement it takes back (its legs the other way round), or NULL for one that holds from value_on.
CREATE TABLE money.corrected_movement (
    customer_id bigint NOT NULL,
    movement_id bigint NOT NULL,
    correction_id bigint NOT NULL,
    undoes_id bigint,
    value_on date NOT NULL,
    PRIMARY KEY (customer_id, movement_id)
) WITH (fillfactor = 100);
CREATE UNIQUE INDEX corrected_movement_undone ON money.corrected_movement (customer_id, undoes_id) WHERE undoes_id IS NOT NULL;

-- Installments that only another life of the line has, by the key that life knows them by, and those that no life has any more.
CREATE TABLE money.corrected_installment (
    customer_id bigint NOT NULL,
    installment_id bigint NOT NULL,
    correction_id bigint NOT NULL,
    is_gone boolean NOT NULL,
    key text NOT NULL,
    PRIMARY KEY (customer_id, installment_id)
);

-- Where money had gone before a correction sent it elsewhere.
CREATE TABLE money.undone_allocation (
    customer_id bigint NOT NULL,
    correction_id bigint NOT NULL,
    source_id bigint NOT NULL,
    installment_id bigint NOT NULL,
    principal_minor bigint NOT NULL,
    fee_minor bigint NOT NULL,
    late_fee_minor bigint NOT NULL,
    allocated_on date NOT NULL,
    PRIMARY KEY (customer_id, correction_id, source_id, installment_id)
) WITH (fillfactor = 100);

-- What statements not due yet asked for before a correction.
CREATE TABLE money.corrected_statement (
    customer_id bigint NOT NULL,
    correction_id bigint NOT NULL,
    line_id bigint NOT NULL,
    minimum_before_minor bigint NOT NULL,
    pay_later_before_minor bigint NOT NULL,
    pay_later_minimum_before_minor bigint NOT NULL,
    statement_on date NOT NULL,
    PRIMARY KEY (customer_id, correction_id, statement_on)
) WITH (fillfactor = 100);

-- Whose payment was taken back is told.
ALTER TABLE care.notice DROP CONSTRAINT notice_kind_check;
ALTER TABLE care.notice ADD CONSTRAINT notice_kind_check CHECK (
    kind IN (
        'warned', 'restricted', 'suspended', 'restored', 'eased', 'plans_stopped', 'plans_restored',
        'limit_raised', 'limit_cut', 'limit_objected', 'limit_kept', 'limit_restored', 'limit_upheld',
        'temporary_limit_granted', 'temporary_limit_ending', 'temporary_limit_shortened',
        'application_approved', 'application_declined', 'application_referred', 'application_expired', 'application_reopened',
        'appeal_received', 'appeal_decided', 'human_decision_requested', 'complaint_received', 'complaint_answered',
        'budget_warning',
        'due_soon', 'overdue_reminder', 'late_fee_waived',
        'relief_offered', 'relief_agreed', 'relief_kept', 'relief_broken', 'relief_ended', 'dispute_opened', 'dispute_accepted', 'dispute_rejected',
        'agreement_changing', 'agreement_offered', 'purchase_granted', 'purchase_declined', 'purchase_lapsed',
        'help_offered', 'source_stopped', 'collection_failed', 'payment_reversed'
    )
);
