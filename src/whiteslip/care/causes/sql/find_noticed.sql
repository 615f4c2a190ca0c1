-- Find attributions that no case has been opened for yet, with the arrears they explain.
SELECT
    said.customer_id, said.cause_id, said.line_id, said.feedback,
    jsonb_build_object('cause', to_jsonb(said), 'arrears', to_jsonb(arrears)) AS frozen
FROM unnest(%(customer_ids)b::bigint[], %(cause_ids)b::bigint[]) AS wanted (customer_id, cause_id)
INNER JOIN care.cause AS said ON said.customer_id = wanted.customer_id AND said.cause_id = wanted.cause_id
LEFT JOIN money.arrears
    ON arrears.customer_id = said.customer_id AND arrears.line_id = said.line_id AND arrears.since_on = said.since_on
WHERE
    NOT EXISTS (
        SELECT FROM risk.review_evidence AS seen
        WHERE seen.customer_id = said.customer_id AND seen.subject_type = 'cause' AND seen.subject_id = said.cause_id
    )
ORDER BY said.customer_id, said.cause_id
