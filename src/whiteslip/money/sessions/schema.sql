-- What a shop wants paid on our page. The token is in the customer's browser only. attempt counts the tries that were declined; purchase_id is set once
-- one was not, is_waiting while a person has to look at it.
CREATE TABLE money.checkout_session (
    customer_id bigint NOT NULL,
    token_hash bytea NOT NULL,
    line_id bigint NOT NULL,
    merchant_id bigint NOT NULL,
    caller_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    order_ref text NOT NULL,
    goods text NOT NULL,
    return_url text,
    made_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    attempt smallint NOT NULL DEFAULT 0,
    purchase_id bigint,
    is_waiting boolean NOT NULL DEFAULT FALSE,
    canceled_at timestamptz,
    CHECK (purchase_id IS NULL OR canceled_at IS NULL),
    CHECK (NOT is_waiting OR purchase_id IS NOT NULL),
    PRIMARY KEY (customer_id, token_hash)
);
