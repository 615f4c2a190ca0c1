-- Close the items of payments that a bank took back, once their repayments were reversed, and keep by whom; one that is closed stays as it is.
WITH taken_back AS (
    SELECT try.customer_id, try.try_id
    FROM unnest(%(customer_ids)b::bigint[], %(repayment_ids)b::bigint[]) AS reversed (customer_id, repayment_id)
    INNER JOIN money.collection_try AS try ON try.customer_id = reversed.customer_id AND try.repayment_id = reversed.repayment_id
),

closed AS (
    UPDATE money.suspense_item AS item
    SET state = 'closed', way = 'reversed', closed_on = %(on)s::date, steps = item.steps + 1
    FROM taken_back
    WHERE
        item.kind = 'reversal' AND item.state <> 'closed'
        AND item.payer_id = taken_back.customer_id AND item.try_id = taken_back.try_id
    RETURNING item.item_id, item.payer_id, item.line_id, item.steps
)

INSERT INTO money.suspense_event (item_id, step, deed, way, payer_id, line_id, actor, note, happened_at)
SELECT closed.item_id, closed.steps, 'closed', 'reversed', closed.payer_id, closed.line_id, %(actor)s::text, %(note)s::text, %(at)s::timestamptz
FROM closed
