-- Find decisions about customers as they are now: whose they are, who had a hand in them (reviewers of earlier appeals included), whether a machine
-- took them alone, and all of them that a reviewer is to see. Behind a change of limits stand the people of its review. Nobody is recorded behind a fee or a
-- report: the program did it.
SELECT
    wanted.customer_id, wanted.subject_type, wanted.subject_id, found.line_id, found.application_id, found.actors || (
        SELECT coalesce(jsonb_agg(DISTINCT before.decided_by), '[]'::jsonb)
        FROM care.appeal AS before
        WHERE
            before.customer_id = wanted.customer_id AND before.subject_type = wanted.subject_type AND before.subject_id = wanted.subject_id
            AND before.decided_by IS NOT NULL
    ) AS actors,
    found.by_machine, found.frozen
FROM unnest(%(customer_ids)b::bigint[], %(subject_types)b::text[], %(subject_ids)b::bigint[]) AS wanted (customer_id, subject_type, subject_id)
CROSS JOIN LATERAL (
    SELECT
        restriction.line_id,
        NULL::bigint AS application_id,
        events.actors,
        restriction.book <> 'manual' AS by_machine,
        jsonb_build_object('restriction', to_jsonb(restriction), 'events', events.seen, 'decision', to_jsonb(decision)) AS frozen
    FROM risk.restriction
    LEFT JOIN decisioning.decision
        ON restriction.customer_id = decision.customer_id AND restriction.decision_id = decision.decision_id
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_agg(DISTINCT event.actor), '[]'::jsonb) AS actors, jsonb_agg(to_jsonb(event) ORDER BY event.step) AS seen
        FROM risk.restriction_event AS event
        WHERE event.customer_id = restriction.customer_id AND event.restriction_id = restriction.restriction_id
    ) AS events
    WHERE wanted.subject_type = 'restriction' AND restriction.customer_id = wanted.customer_id AND restriction.restriction_id = wanted.subject_id
    UNION ALL
    SELECT
        application.line_id,
        application.application_id,
        events.actors,
        events.by_machine,
        jsonb_build_object(
            'application',
            to_jsonb(application) - ARRAY['id_hash', 'device_hash', 'phone_hash', 'address_hash', 'card_hash', 'ip_hash', 'turn'],
            'events',
            events.seen,
            'decision',
            to_jsonb(decision)
        ) AS frozen
    FROM credit.application
    LEFT JOIN decisioning.decision
        ON application.customer_id = decision.customer_id AND application.application_id = decision.decision_id
    CROSS JOIN LATERAL (
        SELECT
            coalesce(jsonb_agg(DISTINCT event.actor), '[]'::jsonb) AS actors,
            coalesce(bool_or(event.actor = 'application book' AND event.to_status IN ('approved', 'declined')), FALSE) AS by_machine,
            jsonb_agg(to_jsonb(event) ORDER BY event.step) AS seen
        FROM credit.application_event AS event
        WHERE event.customer_id = application.customer_id AND event.application_id = application.application_id
    ) AS events
    WHERE wanted.subject_type = 'application' AND application.customer_id = wanted.customer_id AND application.application_id = wanted.subject_id
    UNION ALL
    SELECT
        change.line_id, NULL::bigint, to_jsonb(coalesce(review.people, '{}')), coalesce(review.people = '{}', TRUE),
        jsonb_build_object('limit_change', to_jsonb(change), 'review', to_jsonb(review) - 'turn')
    FROM money.limit_change AS change
    LEFT JOIN credit.limit_review AS review
        ON review.customer_id = change.customer_id AND change.change_id IN (review.change_id, review.restored_id)
    WHERE wanted.subject_type = 'limit_change' AND change.customer_id = wanted.customer_id AND change.change_id = wanted.subject_id
    UNION ALL
    SELECT NULL::bigint, NULL::bigint, '[]'::jsonb, TRUE, jsonb_build_object('decision', to_jsonb(decision))
    FROM decisioning.decision
    WHERE wanted.subject_type = 'decision' AND decision.customer_id = wanted.customer_id AND decision.decision_id = wanted.subject_id
    UNION ALL
    SELECT movement.line_id, NULL::bigint, '[]'::jsonb, TRUE, jsonb_build_object('fee', to_jsonb(movement))
    FROM money.movement
    WHERE
        wanted.subject_type = 'fee' AND movement.customer_id = wanted.customer_id AND movement.movement_id = wanted.subject_id
        AND movement.kind IN ('installment_fee', 'revolving_fee', 'late_fee')
    UNION ALL
    SELECT NULL::bigint, NULL::bigint, '[]'::jsonb, TRUE, jsonb_build_object('bureau_report', to_jsonb(report) - ARRAY['body', 'body_hash'])
    FROM credit.bureau_report AS report
    WHERE wanted.subject_type = 'bureau_report' AND report.customer_id = wanted.customer_id AND report.report_id = wanted.subject_id
) AS found
