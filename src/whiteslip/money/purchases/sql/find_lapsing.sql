-- Find purchases that wait for a person since days in a period, the customers in order; those that a second factor alone is asked for stay.
SELECT purchase.customer_id, purchase.purchase_id
FROM money.purchase
INNER JOIN decisioning.decision ON decision.customer_id = purchase.customer_id AND decision.decision_id = purchase.purchase_id
WHERE
    purchase.status = 'referred'
    AND purchase.authorized_on BETWEEN %(first_on)s::date AND %(last_on)s::date
    AND decision.outcome > %(step_up)s::smallint
ORDER BY purchase.customer_id, purchase.purchase_id
LIMIT %(most)s::integer
