-- Find tries sent on a day or before of which no bank has said what became, and whether people were asked about each.
SELECT try.customer_id, try.try_id, try.line_id, try.amount_minor, item.item_id IS NOT NULL AS asked
FROM money.collection_try AS try
LEFT JOIN money.suspense_item AS item
    ON
        item.bank = %(bank)s::text
        AND item.result_id = 'col_' || try.customer_id || '_' || try.try_id
        AND item.kind = 'unanswered'
WHERE try.state = 'sent' AND try.try_on <= %(until)s::date
ORDER BY try.customer_id ASC, try.try_id ASC
LIMIT %(most)s::integer
