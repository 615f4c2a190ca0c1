-- Cases of runs that wait for two people, and of causes that somebody is to learn from.
ALTER TABLE risk.review_case DROP CONSTRAINT review_case_kind_check;
ALTER TABLE risk.review_case ADD CONSTRAINT review_case_kind_check CHECK (
    kind IN (
        'suspension', 'fraud', 'limit', 'application', 'identity', 'relief', 'appeal', 'human_decision', 'complaint', 'data_correction',
        'downturn', 'debit', 'run'
    )
);
ALTER TABLE risk.review_case DROP CONSTRAINT review_case_subject_type_check;
ALTER TABLE risk.review_case ADD CONSTRAINT review_case_subject_type_check CHECK (
    subject_type IN (
        'restriction', 'limit_change', 'limit_review', 'application', 'decision', 'fee', 'bureau_report', 'relief', 'appeal', 'complaint',
        'cause', 'run', 'limit_run', 'line', 'customer'
    )
);

-- A person's change of a limit is a review of no run, told, objected to and taken back as any other; there may be several a day.
ALTER TABLE credit.limit_review DROP CONSTRAINT limit_review_trigger_check;
ALTER TABLE credit.limit_review ADD CONSTRAINT limit_review_trigger_check CHECK (trigger IN ('periodic', 'event', 'ladder', 'hand'));
ALTER TABLE credit.limit_review ADD CHECK ((trigger = 'hand') = (run_id = 0));
ALTER TABLE credit.limit_review DROP CONSTRAINT limit_review_customer_id_line_id_reviewed_on_key;
CREATE UNIQUE INDEX limit_review_daily ON credit.limit_review (customer_id, line_id, reviewed_on) WHERE trigger <> 'hand';
CREATE INDEX limit_review_line ON credit.limit_review (customer_id, line_id, reviewed_on);
