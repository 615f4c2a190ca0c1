-- Keep what the second person decided; nothing where it is decided already.
UPDATE risk.two_person_act SET state = %(state)s::text, decided_by = %(decided_by)s::text, decided_at = %(at)s::timestamptz
WHERE customer_id = %(customer_id)s::bigint AND act_id = %(act_id)s::bigint AND state = 'asked'
