-- List outside parties and how each one stands.
SELECT party, address, heard_at, silent_since, failure, detail FROM infra.outside_party
ORDER BY party
