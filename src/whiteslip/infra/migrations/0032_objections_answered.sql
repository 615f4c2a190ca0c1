-- An objection to a cut is answered by a person, whatever the answer is.
ALTER TABLE credit.limit_review ADD COLUMN answered_on date;
UPDATE credit.limit_review SET answered_on = objected_on WHERE objected_on IS NOT NULL AND state IN ('announced', 'withdrawn', 'reversed');

ALTER TABLE care.notice DROP CONSTRAINT notice_kind_check;
ALTER TABLE care.notice ADD CONSTRAINT notice_kind_check CHECK (
    kind IN (
        'warned', 'restricted', 'suspended', 'restored', 'eased', 'plans_stopped', 'plans_restored',
        'limit_raised', 'limit_cut', 'limit_objected', 'limit_kept', 'limit_restored', 'limit_upheld',
        'temporary_limit_granted', 'temporary_limit_ending',
        'application_approved', 'application_declined', 'application_referred', 'application_expired', 'application_reopened',
        'appeal_received', 'appeal_decided', 'human_decision_requested', 'complaint_received', 'complaint_answered',
        'budget_warning',
        'due_soon', 'overdue_reminder', 'late_fee_waived',
        'relief_offered', 'relief_agreed', 'relief_kept', 'relief_broken', 'relief_ended', 'dispute_opened', 'dispute_accepted', 'dispute_rejected',
        'agreement_changing', 'agreement_offered', 'purchase_granted', 'purchase_declined', 'purchase_lapsed',
        'help_offered'
    )
);
