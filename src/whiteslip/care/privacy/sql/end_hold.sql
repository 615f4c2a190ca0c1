-- End a legal hold that stands.
UPDATE care.legal_hold
SET ended_at = %(at)s, ended_by = %(actor)s
WHERE legal_hold.customer_id = %(customer_id)s AND legal_hold.hold_id = %(hold_id)s AND legal_hold.ended_at IS NULL
