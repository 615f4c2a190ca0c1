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
