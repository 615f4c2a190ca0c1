-- Find the days on which a version of the checkout book declined or referred purchases, by line.
SELECT
    coalesce(array_agg(refused.customer_id ORDER BY refused.customer_id, refused.line_id, refused.from_on), '{}') AS customer_ids,
    coalesce(array_agg(refused.line_id ORDER BY refused.customer_id, refused.line_id, refused.from_on), '{}') AS line_ids,
    coalesce(array_agg(refused.from_on ORDER BY refused.customer_id, refused.line_id, refused.from_on), '{}') AS from_ons,
    coalesce(array_agg(refused.from_on + 1 ORDER BY refused.customer_id, refused.line_id, refused.from_on), '{}') AS to_ons
FROM (
    SELECT DISTINCT purchase.customer_id, purchase.line_id, purchase.authorized_on AS from_on
    FROM decisioning.decision
    INNER JOIN money.purchase ON purchase.customer_id = decision.customer_id AND purchase.purchase_id = decision.decision_id
    WHERE
        decision.book = %(book)s::text AND decision.book_version = %(version)s::integer
        AND decision.outcome > 0
        AND decision.decided_on BETWEEN %(since)s::date AND %(until)s::date
        AND purchase.status IN ('declined', 'referred')
) AS refused
