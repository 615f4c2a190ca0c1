-- What notices tell of.
ALTER TABLE care.notice DROP CONSTRAINT notice_kind_check;
ALTER TABLE care.notice ADD CONSTRAINT notice_kind_check CHECK (
    kind IN (
        'warned', 'restricted', 'suspended', 'restored', 'limit_changed',
        'application_approved', 'application_declined', 'application_referred', 'application_expired',
        'appeal_received', 'appeal_decided', 'human_decision_requested', 'complaint_received', 'complaint_answered',
        'budget_warning'
    )
);
