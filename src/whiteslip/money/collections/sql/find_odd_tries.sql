-- Tries without just the one repayment and the one result that they name, and results that paid without a try that says so.
WITH claimed AS (
    SELECT
        'col_' || try.customer_id || '_' || try.try_id AS reference, try.customer_id, try.line_id, try.repayment_id, try.paid_minor,
        count(*) OVER (PARTITION BY try.customer_id, try.repayment_id) AS claims
    FROM money.collection_try AS try
    WHERE try.repayment_id IS NOT NULL
),

said AS (
    SELECT result.reference, count(*) AS results, sum(result.amount_minor) AS amount_minor
    FROM money.bank_result AS result
    WHERE result.did = 'paid'
    GROUP BY result.reference
)

SELECT
    coalesce(claimed.reference, said.reference) AS reference, claimed.paid_minor, repayment.amount_minor AS repaid_minor, claimed.claims,
    said.amount_minor AS said_minor, said.results
FROM claimed
FULL JOIN said ON said.reference = claimed.reference
LEFT JOIN money.repayment
    ON
        repayment.customer_id = claimed.customer_id AND repayment.repayment_id = claimed.repayment_id
        AND repayment.line_id = claimed.line_id
WHERE
    claimed.reference IS NULL OR said.reference IS NULL
    OR claimed.claims <> 1 OR said.results <> 1
    OR said.amount_minor <> claimed.paid_minor
    OR repayment.amount_minor IS DISTINCT FROM claimed.paid_minor
ORDER BY coalesce(claimed.reference, said.reference)
LIMIT 100
