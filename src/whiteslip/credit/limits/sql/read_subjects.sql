-- Read what a review of lines goes by besides the book: limit, cap, level, arrears, a relief under way, moves that still stand, dues, score, declared and reported means.
-- A cut that was taken back never was one, and taking it back is no raise. A starter was let in with doubt.
SELECT
    line.customer_id, line.line_id, line.opened_on, line.fixed_limit_minor, line.product_id,
    line.status = 'open' AS is_open, line.restriction_level,
    EXISTS(
        SELECT FROM money.arrears
        WHERE arrears.customer_id = line.customer_id AND arrears.line_id = line.line_id AND arrears.ended_on IS NULL
    ) AS is_overdue,
    EXISTS(
        SELECT FROM care.relief
        WHERE relief.customer_id = line.customer_id AND relief.line_id = line.line_id AND relief.status = 'running'
    ) AS is_on_plan,
    moved.last_raised_on, moved.last_cut_on, paid.on_time_dues,
    coalesce(asked.outcome > 0, FALSE) AS is_starter, asked.requested_minor, asked.income_minor, asked.obligations_minor, asked.rent_minor,
    reported.verified_income_minor, reported.monthly_minor, scored.probability
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) AS wanted (customer_id, line_id)
INNER JOIN money.line ON line.customer_id = wanted.customer_id AND line.line_id = wanted.line_id
CROSS JOIN LATERAL (
    SELECT
        max(change.changed_on) FILTER (WHERE change.fixed_after_minor > change.fixed_before_minor) AS last_raised_on,
        max(change.changed_on) FILTER (WHERE change.fixed_after_minor < change.fixed_before_minor) AS last_cut_on
    FROM money.limit_change AS change
    WHERE
        change.customer_id = line.customer_id
        AND change.line_id = line.line_id
        AND NOT EXISTS (
            SELECT FROM credit.limit_review AS undone
            WHERE undone.customer_id = change.customer_id AND undone.line_id = change.line_id AND undone.state = 'reversed'
                AND change.change_id IN (undone.change_id, undone.restored_id)
        )
) AS moved
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS on_time_dues
    FROM money.statement AS due
    WHERE
        due.customer_id = line.customer_id
        AND due.line_id = line.line_id
        AND due.minimum_minor > 0
        AND due.due_on <= %(as_of)s::date
        AND NOT EXISTS (
            SELECT FROM money.arrears AS late
            WHERE
                late.customer_id = due.customer_id
                AND late.line_id = due.line_id
                AND late.since_on <= due.due_on
                AND (late.ended_on IS NULL OR late.ended_on > due.due_on)
        )
) AS paid
LEFT JOIN LATERAL (
    SELECT
        application.application_id, application.requested_minor, application.income_minor, application.obligations_minor, application.rent_minor,
        decision.outcome
    FROM credit.application
    LEFT JOIN decisioning.decision
        ON decision.customer_id = application.customer_id AND decision.decision_id = application.application_id
    WHERE application.customer_id = line.customer_id AND application.line_id = line.line_id
    LIMIT 1
) AS asked ON TRUE
LEFT JOIN LATERAL (
    SELECT report.verified_income_minor, report.monthly_minor
    FROM credit.bureau_report AS report
    WHERE report.customer_id = line.customer_id AND report.is_right_person
    ORDER BY report.report_id DESC
    LIMIT 1
) AS reported ON TRUE
LEFT JOIN LATERAL (
    SELECT score.probability
    FROM decisioning.score
    WHERE
        score.customer_id = line.customer_id
        AND score.line_id = line.line_id
        AND score.model = %(model)s
        AND score.scored_on BETWEEN %(as_of)s::date - %(score_age_days)s::integer AND %(as_of)s::date
    ORDER BY score.scored_on DESC
    LIMIT 1
) AS scored ON TRUE
ORDER BY line.customer_id, line.line_id
