-- Keep a correction; a repayment is reversed once.
INSERT INTO money.correction (
    customer_id, correction_id, line_id, repayment_id, corrected_at, value_on, corrected_on, kind, reason, actor, note
)
VALUES (
    %(customer_id)s::bigint, %(correction_id)s::bigint, %(line_id)s::bigint, %(repayment_id)s::bigint, %(at)s::timestamptz, %(value_on)s::date,
    %(on_date)s::date, %(kind)s::text, %(reason)s::text, %(actor)s::text, %(note)s::text
)
