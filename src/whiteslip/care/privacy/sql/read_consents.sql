-- Read the consents of people as they stand: the last that was recorded of each, with an application or since.
SELECT DISTINCT ON (said.customer_id, said.purpose, said.recipient)
    said.customer_id, said.purpose, said.recipient, said.is_given, said.said_at
FROM (
    SELECT consent.customer_id, consent.consent_id, consent.purpose, consent.recipient, consent.is_given, consent.said_at, consent.recorded_at
    FROM care.consent
    WHERE consent.customer_id = ANY(%(customer_ids)b::bigint[])
    UNION ALL
    SELECT
        asked.customer_id, asked.application_id AS consent_id, asked.purpose, heard.recipient, asked.is_given, asked.said_at, asked.recorded_at
    FROM credit.consent AS asked
    INNER JOIN unnest(%(purposes)b::text[], %(recipients)b::text[]) AS heard (purpose, recipient) ON heard.purpose = asked.purpose
    WHERE asked.customer_id = ANY(%(customer_ids)b::bigint[])
) AS said
ORDER BY said.customer_id ASC, said.purpose ASC, said.recipient ASC, said.recorded_at DESC, said.consent_id DESC
