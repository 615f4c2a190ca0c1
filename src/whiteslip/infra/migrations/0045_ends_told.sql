-- How debts end is told: a refund is set off against a claim, a payout goes to several sources, and each end has its notice.
ALTER TYPE money.movement_kind ADD VALUE 'credit_recovered' AFTER 'undone';

ALTER TABLE money.returned_payout DROP CONSTRAINT returned_payout_pkey;
ALTER TABLE money.returned_payout ADD PRIMARY KEY (customer_id, payout_id, repayment_id);

ALTER TABLE care.notice DROP CONSTRAINT notice_kind_check;
ALTER TABLE care.notice ADD CONSTRAINT notice_kind_check CHECK (
    kind IN (
        'warned', 'restricted', 'suspended', 'restored', 'eased', 'plans_stopped', 'plans_restored',
        'limit_raised', 'limit_cut', 'limit_objected', 'limit_kept', 'limit_restored', 'limit_upheld',
        'temporary_limit_granted', 'temporary_limit_ending', 'temporary_limit_shortened',
        'application_approved', 'application_declined', 'application_referred', 'application_expired', 'application_reopened',
        'appeal_received', 'appeal_decided', 'human_decision_requested', 'complaint_received', 'complaint_answered',
        'budget_warning',
        'due_soon', 'overdue_reminder', 'late_fee_waived', 'goodwill_granted',
        'relief_offered', 'relief_agreed', 'relief_kept', 'relief_broken', 'relief_ended', 'dispute_opened', 'dispute_accepted', 'dispute_rejected',
        'agreement_changing', 'agreement_offered', 'purchase_granted', 'purchase_declined', 'purchase_lapsed',
        'help_offered', 'source_stopped', 'collection_failed', 'payment_reversed',
        'settled_early', 'statement_split', 'charged_off', 'claim_reduced', 'claim_recovered', 'claim_written_off', 'refund_sent'
    )
);
