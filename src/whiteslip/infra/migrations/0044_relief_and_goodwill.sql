-- More forms of relief, and goodwill: the new account and kinds come first; nothing below uses them as values of their types.
ALTER TYPE money.account ADD VALUE 'goodwill_expense' AFTER 'recovery_income';
ALTER TYPE money.movement_kind ADD VALUE 'goodwill_principal' AFTER 'undone';
ALTER TYPE money.movement_kind ADD VALUE 'goodwill_fee' AFTER 'goodwill_principal';
ALTER TYPE money.movement_kind ADD VALUE 'goodwill_late_fee' AFTER 'goodwill_fee';
ALTER TYPE money.movement_kind ADD VALUE 'goodwill_credit' AFTER 'goodwill_late_fee';

ALTER TABLE care.relief DROP CONSTRAINT relief_form_check;
ALTER TABLE care.relief ADD CONSTRAINT relief_form_check CHECK (
    form IN ('promise', 'deferral', 'extension', 'installments', 'seasonal', 'holiday', 'due_day', 're_age', 're_amortize', 'new_terms')
);

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
        'help_offered', 'source_stopped', 'collection_failed', 'payment_reversed'
    )
);

-- Amounts granted at our expense: what each settled of what its line owed, and what became the customer's credit balance.
CREATE TABLE money.goodwill (
    customer_id bigint NOT NULL,
    goodwill_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    principal_minor bigint NOT NULL DEFAULT 0 CHECK (principal_minor >= 0),
    fee_minor bigint NOT NULL DEFAULT 0 CHECK (fee_minor >= 0),
    late_fee_minor bigint NOT NULL DEFAULT 0 CHECK (late_fee_minor >= 0),
    credit_minor bigint NOT NULL DEFAULT 0 CHECK (credit_minor >= 0),
    asked_at timestamptz NOT NULL,
    decided_at timestamptz,
    asked_on date NOT NULL,
    decided_on date,
    needs_two boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('asked', 'done', 'refused')),
    why text NOT NULL CHECK (why IN ('our_mistake', 'poor_service', 'hardship', 'complaint', 'other')),
    asked_by text NOT NULL CHECK (length(asked_by) > 0),
    decided_by text,
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 2000),
    acted_number bigint,
    CHECK ((state = 'asked') = (decided_by IS NULL)),
    CHECK ((acted_number IS NULL) = (decided_by IS NULL)),
    CHECK (num_nonnulls(decided_by, decided_on, decided_at) IN (0, 3)),
    CHECK (NOT needs_two OR decided_by <> asked_by),
    CHECK (principal_minor + fee_minor + late_fee_minor + credit_minor = CASE WHEN state = 'done' THEN amount_minor ELSE 0 END),
    PRIMARY KEY (customer_id, goodwill_id)
);
