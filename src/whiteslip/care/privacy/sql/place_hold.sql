-- Place a legal hold on a person's data.
INSERT INTO care.legal_hold (customer_id, hold_id, placed_at, basis, placed_by)
VALUES (%(customer_id)s, %(hold_id)s, %(at)s, %(basis)s, %(actor)s)
