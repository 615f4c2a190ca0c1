-- Note what came of results.
UPDATE money.bank_result
SET did = done.did
FROM unnest(%(result_ids)b::text[], %(dids)b::text[]) AS done (result_id, did)
WHERE bank_result.bank = %(bank)s::text AND bank_result.result_id = done.result_id
