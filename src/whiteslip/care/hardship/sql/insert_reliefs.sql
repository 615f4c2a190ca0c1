-- Write new reliefs, with the first event of each.
WITH written AS (
    INSERT INTO care.relief (
        customer_id, relief_id, line_id, status, form, terms, amount_minor, fee_minor, ends_on, needs_approval, stops_fees, pauses_reminders,
        bars_credit, proposed_by, offered_by, expires_on, asked_on, moved_at
    )
    SELECT
        new.customer_id, new.relief_id, new.line_id, new.status, new.form, new.terms, new.amount_minor, new.fee_minor, new.ends_on, new.needs_approval,
        new.stops_fees, new.pauses_reminders, new.bars_credit, new.proposed_by, new.offered_by, new.expires_on, %(on)s::date, %(at)s::timestamptz
    FROM unnest(
        %(customer_ids)b::bigint[], %(relief_ids)b::bigint[], %(line_ids)b::bigint[], %(statuses)b::text[], %(forms)b::text[], %(terms)b::jsonb[],
        %(amounts_minor)b::bigint[], %(fees_minor)b::bigint[], %(ends_ons)b::date[], %(needs_approval)b::boolean[], %(stops_fees)b::boolean[],
        %(pauses_reminders)b::boolean[], %(bars_credit)b::boolean[], %(proposed_by)b::text[], %(offered_by)b::text[], %(expires_ons)b::date[]
    ) AS new (
        customer_id, relief_id, line_id, status, form, terms, amount_minor, fee_minor, ends_on, needs_approval, stops_fees, pauses_reminders,
        bars_credit, proposed_by, offered_by, expires_on
    )
    RETURNING customer_id, relief_id, status, terms, proposed_by
)

INSERT INTO care.relief_event (customer_id, relief_id, step, happened_at, happened_on, from_status, to_status, actor, terms)
SELECT customer_id, relief_id, 1, %(at)s::timestamptz, %(on)s::date, 'none', status, proposed_by, terms
FROM written
