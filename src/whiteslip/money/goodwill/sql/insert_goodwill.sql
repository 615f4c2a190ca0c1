-- Keep an amount somebody asks to grant.
INSERT INTO money.goodwill (customer_id, goodwill_id, line_id, amount_minor, why, note, needs_two, state, asked_by, asked_on, asked_at)
VALUES (
    %(customer_id)s::bigint, %(goodwill_id)s::bigint, %(line_id)s::bigint, %(amount_minor)s::bigint, %(why)s, %(note)s, %(needs_two)s::boolean, 'asked',
    %(asked_by)s, %(on_date)s::date, %(at)s::timestamptz
)
