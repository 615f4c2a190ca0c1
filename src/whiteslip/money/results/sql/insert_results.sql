-- Keep results that were not told before, in the order of their numbers, so that concurrent takers meet in one order; returns those that were new.
INSERT INTO money.bank_result (bank, result_id, reference, outcome, amount_minor, currency, reason, booked_on, source, told_at)
SELECT
    %(bank)s::text, result.result_id, result.reference, result.outcome, result.amount_minor, result.currency, result.reason, result.booked_on,
    %(source)s::text, %(at)s::timestamptz
FROM unnest(
    %(result_ids)b::text[], %(refs)b::text[], %(outcomes)b::text[], %(amounts_minor)b::bigint[], %(currencies)b::text[], %(reasons)b::text[],
    %(booked_ons)b::date[]
) AS result (result_id, reference, outcome, amount_minor, currency, reason, booked_on)
ORDER BY result.result_id
ON CONFLICT (bank, result_id) DO NOTHING
RETURNING result_id
