-- What notices tell of.
ALTER TABLE care.notice DROP CONSTRAINT notice_kind_check;
ALTER TABLE care.notice ADD CONSTRAINT notice_kind_check CHECK (
    kind IN (
        'warned', 'restricted', 'suspended', 'restored', 'limit_raised', 'limit_cut', 'limit_objected', 'limit_kept', 'limit_restored',
        'temporary_limit_granted', 'temporary_limit_ending',
        'application_approved', 'application_declined', 'application_referred', 'application_expired',
        'appeal_received', 'appeal_decided', 'human_decision_requested', 'complaint_received', 'complaint_answered',
        'budget_warning',
        'due_soon', 'overdue_reminder',
        'relief_offered', 'relief_agreed', 'relief_kept', 'relief_broken', 'relief_ended', 'dispute_opened', 'dispute_accepted', 'dispute_rejected'
    )
);
