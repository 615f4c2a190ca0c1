-- Post a movement of the account suspense; of an item each kind is posted once.
INSERT INTO money.suspense_entry (item_id, amount_minor, posted_at, business_date, kind, debit, credit)
VALUES (
    %(item_id)s::bigint, %(amount_minor)s::bigint, %(at)s::timestamptz, %(on)s::date, %(kind)s::money.movement_kind, %(debit)s::money.account,
    %(credit)s::money.account
)
