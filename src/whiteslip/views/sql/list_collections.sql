-- List a page of a line's collections, the latest first, each with its tries in order.
SELECT
    page.customer_id, page.collection_id, page.state, page.due_on, page.planned_minor, try.try_id, try.source_id, source.label, try.number,
    try.state AS try_state, try.amount_minor, try.paid_minor, try.try_on, try.answered_on, try.reason, try.repayment_id
FROM (
    SELECT customer_id, collection_id, state, due_on, planned_minor
    FROM money.collection
    WHERE
        customer_id = %(customer_id)s::bigint AND line_id = %(line_id)s::bigint AND collection_id < %(before)s::bigint
    ORDER BY collection_id DESC
    LIMIT %(limit)s::integer
) AS page
INNER JOIN money.collection_try AS try ON try.customer_id = page.customer_id AND try.collection_id = page.collection_id
INNER JOIN money.payment_source AS source ON source.customer_id = try.customer_id AND source.source_id = try.source_id
ORDER BY page.collection_id DESC, try.number ASC
