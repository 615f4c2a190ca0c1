-- What people were told, in the words they were told it: about a line, an application, the line it led to, or a matter: an appeal or a complaint.
-- What takes something away rests on a clause of the agreement that bound the line; NULL where none did.
CREATE SCHEMA IF NOT EXISTS care;

CREATE TABLE care.notice (
    customer_id bigint NOT NULL,
    notice_id bigint NOT NULL,
    line_id bigint,
    kind text NOT NULL CHECK (
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
    ),
    reasons jsonb NOT NULL,
    text_zh text NOT NULL CHECK (length(text_zh) > 0),
    text_en text NOT NULL CHECK (length(text_en) > 0),
    noticed_on date NOT NULL,
    noticed_at timestamptz NOT NULL,
    application_id bigint,
    matter_id bigint,
    agreement_id integer,
    clause smallint,
    CHECK (num_nonnulls(line_id, application_id, matter_id) > 0),
    CHECK ((agreement_id IS NULL) = (clause IS NULL)),
    PRIMARY KEY (customer_id, notice_id)
);
