-- Purchases the checkout book refers to a person: a case of their own kind, what was ruled, and what their owner is told.
CREATE TABLE money.purchase_ruling (
    customer_id bigint NOT NULL,
    purchase_id bigint NOT NULL,
    case_id bigint,
    ruled_at timestamptz NOT NULL,
    ruled_on date NOT NULL,
    word text NOT NULL CHECK (word IN ('granted', 'declined', 'lapsed', 'superseded')),
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL CHECK (length(note) <= 2000),
    reasons jsonb NOT NULL,
    CHECK (word NOT IN ('granted', 'declined') OR (actor <> 'whiteslip' AND case_id IS NOT NULL)),
    PRIMARY KEY (customer_id, purchase_id)
) WITH (fillfactor = 100);

ALTER TABLE risk.review_case DROP CONSTRAINT review_case_kind_check;
ALTER TABLE risk.review_case ADD CONSTRAINT review_case_kind_check CHECK (
    kind IN (
        'suspension', 'fraud', 'limit', 'application', 'identity', 'relief', 'appeal', 'human_decision', 'complaint', 'data_correction',
        'downturn', 'debit', 'run', 'purchase'
    )
);
ALTER TABLE risk.review_case DROP CONSTRAINT review_case_subject_type_check;
ALTER TABLE risk.review_case ADD CONSTRAINT review_case_subject_type_check CHECK (
    subject_type IN (
        'restriction', 'limit_change', 'limit_review', 'application', 'decision', 'fee', 'bureau_report', 'relief', 'appeal', 'complaint',
        'cause', 'run', 'limit_run', 'line', 'customer', 'purchase'
    )
);

ALTER TABLE care.notice DROP CONSTRAINT notice_kind_check;
ALTER TABLE care.notice ADD CONSTRAINT notice_kind_check CHECK (
    kind IN (
        'warned', 'restricted', 'suspended', 'restored', 'eased', 'plans_stopped', 'plans_restored',
        'limit_raised', 'limit_cut', 'limit_objected', 'limit_kept', 'limit_restored',
        'temporary_limit_granted', 'temporary_limit_ending',
        'application_approved', 'application_declined', 'application_referred', 'application_expired', 'application_reopened',
        'appeal_received', 'appeal_decided', 'human_decision_requested', 'complaint_received', 'complaint_answered',
        'budget_warning',
        'due_soon', 'overdue_reminder', 'late_fee_waived',
        'relief_offered', 'relief_agreed', 'relief_kept', 'relief_broken', 'relief_ended', 'dispute_opened', 'dispute_accepted', 'dispute_rejected',
        'agreement_changing', 'agreement_offered', 'purchase_granted', 'purchase_declined', 'purchase_lapsed'
    )
);
