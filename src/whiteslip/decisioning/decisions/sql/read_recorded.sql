-- Read what a book decided in a period [first_on, last_on], in the order of customers and decisions.
SELECT
    decision.customer_id, decision.decision_id, decision.book_version, decision.outcome, decision.fired, decision.unknown, decision.decided_on,
    decision.facts
FROM decisioning.decision
WHERE decision.book = %(book)s AND decision.decided_on BETWEEN %(first_on)s::date AND %(last_on)s::date
ORDER BY decision.customer_id, decision.decision_id
