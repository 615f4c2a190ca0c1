-- Move reliefs from one status to the next, each with its event; one that is not where it was seen is left alone.
WITH moved AS (
    UPDATE care.relief
    SET
        status = move.status,
        steps = relief.steps + 1,
        form = move.form,
        terms = move.terms,
        amount_minor = move.amount_minor,
        fee_minor = move.fee_minor,
        ends_on = move.ends_on,
        needs_approval = move.needs_approval,
        stops_fees = move.stops_fees,
        pauses_reminders = move.pauses_reminders,
        bars_credit = move.bars_credit,
        proposed_by = move.proposed_by,
        offered_by = move.offered_by,
        expires_on = move.expires_on,
        moved_at = %(at)s::timestamptz,
        acted_number = CASE WHEN move.status = 'running' THEN nextval('money.number') ELSE relief.acted_number END,
        started_on = CASE WHEN move.status = 'running' THEN %(on)s::date ELSE relief.started_on END,
        finished_on = CASE WHEN move.status NOT IN ('countered', 'offered', 'agreed', 'running') THEN %(on)s::date END
    FROM unnest(
        %(customer_ids)b::bigint[], %(relief_ids)b::bigint[], %(befores)b::text[], %(actors)b::text[], %(statuses)b::text[], %(forms)b::text[],
        %(terms)b::jsonb[], %(amounts_minor)b::bigint[], %(fees_minor)b::bigint[], %(ends_ons)b::date[], %(needs_approval)b::boolean[],
        %(stops_fees)b::boolean[], %(pauses_reminders)b::boolean[], %(bars_credit)b::boolean[], %(proposed_by)b::text[], %(offered_by)b::text[],
        %(expires_ons)b::date[]
    ) AS move (
        customer_id, relief_id, before, actor, status, form, terms, amount_minor, fee_minor, ends_on, needs_approval, stops_fees, pauses_reminders,
        bars_credit, proposed_by, offered_by, expires_on
    )
    WHERE relief.customer_id = move.customer_id AND relief.relief_id = move.relief_id AND relief.status = move.before
    RETURNING relief.customer_id, relief.relief_id, relief.steps, move.before, relief.status, move.actor, relief.terms
)

INSERT INTO care.relief_event (customer_id, relief_id, step, happened_at, happened_on, from_status, to_status, actor, terms)
SELECT customer_id, relief_id, steps, %(at)s::timestamptz, %(on)s::date, before, status, actor, terms
FROM moved
RETURNING customer_id, relief_id
