-- Keep what somebody asks for that takes a second person; nothing where the same waits already.
INSERT INTO risk.two_person_act (customer_id, act_id, kind, line_id, restriction_id, until_on, reason, note, state, asked_by, asked_at, level, ring_customer_id, ring_id)
VALUES (
    %(customer_id)s::bigint, %(act_id)s::bigint, %(kind)s::text, %(line_id)s::bigint, %(restriction_id)s::bigint, %(until_on)s::date,
    %(reason)s::text, %(note)s::text, 'asked', %(asked_by)s::text, %(at)s::timestamptz, %(level)s::smallint,
    %(ring_customer_id)s::bigint, %(ring_id)s::bigint
)
ON CONFLICT DO NOTHING
