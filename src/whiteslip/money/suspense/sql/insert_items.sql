-- Put items on the manual queue, each once a result and kind, with who opened them, and post what they hold to the account suspense.
WITH opened AS (
    INSERT INTO money.suspense_item (
        item_id, kind, state, bank, result_id, reference, amount_minor, currency, reason, held_minor, payer_id, line_id, try_id, opened_on, opened_at
    )
    SELECT
        item.item_id, item.kind, 'open', item.bank, item.result_id, item.reference, item.amount_minor, item.currency, item.reason, item.held_minor,
        item.payer_id, item.line_id, item.try_id, %(on)s::date, %(at)s::timestamptz
    FROM unnest(
        %(item_ids)b::bigint[], %(kinds)b::text[], %(banks)b::text[], %(result_ids)b::text[], %(refs)b::text[], %(amounts_minor)b::bigint[],
        %(currencies)b::text[], %(reasons)b::text[], %(helds_minor)b::bigint[], %(payer_ids)b::bigint[], %(line_ids)b::bigint[], %(try_ids)b::bigint[]
    ) AS item (item_id, kind, bank, result_id, reference, amount_minor, currency, reason, held_minor, payer_id, line_id, try_id)
    ON CONFLICT (bank, result_id, kind) DO NOTHING
    RETURNING item_id, held_minor, payer_id, line_id
),

told AS (
    INSERT INTO money.suspense_event (item_id, step, deed, payer_id, line_id, actor, note, happened_at)
    SELECT opened.item_id, 1, 'opened', opened.payer_id, opened.line_id, %(actor)s::text, '', %(at)s::timestamptz
    FROM opened
)

INSERT INTO money.suspense_entry (item_id, amount_minor, posted_at, business_date, kind, debit, credit)
SELECT
    opened.item_id, opened.held_minor, %(at)s::timestamptz, %(on)s::date, %(kind)s::money.movement_kind, %(debit)s::money.account,
    %(credit)s::money.account
FROM opened
WHERE opened.held_minor > 0
