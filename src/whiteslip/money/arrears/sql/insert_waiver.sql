-- Keep a waiver somebody asks for.
INSERT INTO money.fee_waiver (
    customer_id, waiver_id, line_id, movement_id, asked_minor, asked_at, first_on, last_on, needs_two, state, asked_by, note
)
VALUES (
    %(customer_id)s::bigint, %(waiver_id)s::bigint, %(line_id)s::bigint, %(movement_id)s::bigint, %(asked_minor)s::bigint, %(at)s::timestamptz,
    %(first_on)s::date, %(last_on)s::date, %(needs_two)s::boolean, 'asked', %(asked_by)s, %(note)s
)
