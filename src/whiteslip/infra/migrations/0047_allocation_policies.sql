-- Allocation policies of products: what was one order of components is that order in every due state, horizontally, with the excess kept as credit.
ALTER TABLE money.product
ADD credit_order text [] CHECK (cardinality(credit_order) = 9),
ADD credit_by_component boolean,
ADD credit_future text CHECK (credit_future IN ('next', 'last', 'evenly'));

UPDATE money.product
SET
    credit_order = ARRAY(
        SELECT state.name || ': ' || part.component
        FROM unnest(ARRAY['past due', 'due', 'in advance']) WITH ORDINALITY AS state (name, place)
        CROSS JOIN unnest(product.allocation) WITH ORDINALITY AS part (component, place)
        ORDER BY state.place ASC, part.place ASC
    ),
    credit_by_component = FALSE;

ALTER TABLE money.product
ALTER credit_order SET NOT NULL,
ALTER credit_by_component SET NOT NULL,
DROP allocation;

-- By which policy a repayment was allocated: what a bank collected is autopay, everything else so far was paid by hand.
ALTER TABLE money.repayment
ADD kind text NOT NULL DEFAULT 'repayment' CHECK (kind IN ('repayment', 'autopay', 'goodwill'));

UPDATE money.repayment
SET kind = 'autopay'
FROM money.collection_try AS try
WHERE try.customer_id = repayment.customer_id AND try.repayment_id = repayment.repayment_id;
