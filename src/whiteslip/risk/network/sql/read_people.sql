-- Read the linked people as columns by ascending number: since when they are here, and whether fraud was confirmed or a line is long overdue.
SELECT
    array_agg(person.customer_id ORDER BY person.customer_id) AS accounts,
    array_agg(person.joined_on ORDER BY person.customer_id) AS joined_on,
    array_agg(person.is_bad ORDER BY person.customer_id) AS is_bad
FROM (
    SELECT customer.customer_id, customer.joined_on, bad.customer_id IS NOT NULL AS is_bad
    FROM credit.customer
    INNER JOIN (SELECT DISTINCT link.customer_id FROM risk.network_link AS link WHERE link.times > 0) AS linked ON linked.customer_id = customer.customer_id
    LEFT JOIN (
        SELECT review_case.customer_id
        FROM risk.review_case
        WHERE review_case.kind = 'fraud' AND review_case.state = 'decided' AND review_case.label = 'true_positive'
        UNION
        SELECT arrears.customer_id
        FROM money.arrears
        WHERE arrears.ended_on IS NULL AND arrears.oldest_due_on <= %(bad_before)s::date
    ) AS bad ON bad.customer_id = customer.customer_id
) AS person
