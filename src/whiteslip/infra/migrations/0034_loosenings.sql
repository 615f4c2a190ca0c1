-- A segment that turns well is given more room: the other direction of a tightening, and what it gave.
ALTER TABLE risk.tightening ADD COLUMN direction text NOT NULL DEFAULT 'tighten' CHECK (direction IN ('tighten', 'loosen'));
ALTER TABLE risk.tightening ADD COLUMN offer jsonb;
ALTER TABLE risk.tightening DROP CONSTRAINT tightening_outcome_check;
ALTER TABLE risk.tightening ADD CONSTRAINT tightening_outcome_check CHECK (outcome IN ('no_plans', 'step_up', 'limit_share', 'stop', 'room'));
ALTER TABLE risk.tightening ADD CONSTRAINT tightening_gives_room CHECK ((direction = 'loosen') = (outcome = 'room'));
ALTER TABLE risk.tightening ADD CONSTRAINT tightening_has_offer CHECK ((direction = 'loosen') = (offer IS NOT NULL));
DROP INDEX risk.tightening_standing;
CREATE UNIQUE INDEX tightening_standing ON risk.tightening (segment, direction) WHERE state IN ('proposed', 'released', 'lifting');
ALTER TABLE risk.tightening_member DROP CONSTRAINT tightening_member_arm_check;
ALTER TABLE risk.tightening_member ADD CONSTRAINT tightening_member_arm_check CHECK (arm IN ('tightened', 'loosened', 'held_out'));

-- What loosenings gave: temporary limits of the money stream, each with its promised end; a row is written once and may be called in early, once.
-- From early_on on, only what is in use then is left, as a limit of its own (kept_of names the one it is the rest of), until the promised end.
CREATE TABLE risk.loosening_grant (
    customer_id bigint NOT NULL,
    tightening_id integer NOT NULL,
    limit_id bigint NOT NULL,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    kept_of bigint,
    granted_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on > granted_on),
    early_on date CHECK (early_on > granted_on AND early_on < ends_on),
    ended_on date,
    told_on date,
    PRIMARY KEY (customer_id, tightening_id, limit_id)
);
CREATE INDEX loosening_grant_ending ON risk.loosening_grant (ends_on) WHERE told_on IS NULL;
CREATE INDEX loosening_grant_early ON risk.loosening_grant (early_on) WHERE early_on IS NOT NULL AND ended_on IS NULL;

-- Whoever is given room is told when what is not in use ends early.
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
        'help_offered'
    )
);
