-- Take the identity out of people's applications: name, number's hash and end, birth date, hashes of what was used. Figures and outcome stay.
UPDATE credit.application
SET
    name = '*', id_hash = sha256(('erased ' || application.application_id)::bytea), id_last4 = '****', birth_on = date '1900-01-01',
    device_hash = NULL, phone_hash = NULL, address_hash = NULL, card_hash = NULL, ip_hash = NULL
WHERE application.customer_id = ANY(%(customer_ids)b::bigint[])
