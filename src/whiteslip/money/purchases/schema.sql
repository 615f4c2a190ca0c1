-- Purchases on credit from hold to refund; a declined or referred one is kept with its reasons. device and address are hashes, NULL where not told.
CREATE TYPE money.purchase_status AS ENUM ('authorized', 'captured', 'voided', 'expired', 'declined', 'referred');

CREATE TABLE money.purchase (
    customer_id bigint NOT NULL,
    purchase_id bigint NOT NULL,
    line_id bigint NOT NULL,
    merchant_id bigint NOT NULL,
    authorized_minor bigint NOT NULL CHECK (authorized_minor > 0),
    captured_minor bigint NOT NULL DEFAULT 0 CHECK (captured_minor >= 0),
    released_minor bigint NOT NULL DEFAULT 0 CHECK (released_minor >= 0),
    refunded_minor bigint NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND captured_minor),
    authorized_at timestamptz NOT NULL,
    authorized_on date NOT NULL,
    expires_on date NOT NULL,
    plan_months smallint NOT NULL CHECK (plan_months BETWEEN 0 AND 60),
    status money.purchase_status NOT NULL,
    imported boolean NOT NULL DEFAULT FALSE,
    order_ref text NOT NULL CHECK (length(order_ref) BETWEEN 1 AND 64),
    reasons jsonb,
    device bigint,
    address bigint,
    CHECK (captured_minor + released_minor <= authorized_minor),
    CHECK ((status IN ('authorized', 'captured', 'voided', 'expired')) = (reasons IS NULL)),
    CHECK (status NOT IN ('captured', 'voided', 'expired') OR captured_minor + released_minor = authorized_minor),
    PRIMARY KEY (customer_id, purchase_id)
) WITH (fillfactor = 85);
CREATE INDEX purchase_expiry ON money.purchase (expires_on, customer_id) WHERE status = 'authorized';
CREATE INDEX purchase_referred ON money.purchase (customer_id, authorized_on) WHERE status = 'referred';
-- A shop's own sales, newest first; neither column ever changes, so updates stay in their page.
CREATE INDEX purchase_merchant ON money.purchase (merchant_id, purchase_id);
-- What was asked for in a window of days or minutes: purchases lie in the order they came in, so their blocks tell.
CREATE INDEX purchase_asked ON money.purchase USING brin (authorized_on, authorized_at) WITH (pages_per_range = 32);

-- What became of a referred purchase, and the reasons it was referred for: written once, so that what was known on a day before stays so.
CREATE TABLE money.purchase_ruling (
    customer_id bigint NOT NULL,
    purchase_id bigint NOT NULL,
    case_id bigint,
    ruled_at timestamptz NOT NULL,
    ruled_on date NOT NULL,
    word text NOT NULL CHECK (word IN ('granted', 'declined', 'lapsed', 'superseded')),
    actor text NOT NULL CHECK (length(actor) > 0),
    note text NOT NULL CHECK (length(note) <= 2000),
    reasons jsonb NOT NULL,
    CHECK (word NOT IN ('granted', 'declined') OR (actor <> 'whiteslip' AND case_id IS NOT NULL)),
    PRIMARY KEY (customer_id, purchase_id)
) WITH (fillfactor = 100);

CREATE TABLE money.capture (
    customer_id bigint NOT NULL,
    capture_id bigint NOT NULL,
    purchase_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    captured_on date NOT NULL,
    captured_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, capture_id)
);

-- purchase_id is NULL for an imported refund of the whole line; unbilled_plan_minor took from installments no statement has shown yet.
CREATE TABLE money.refund (
    customer_id bigint NOT NULL,
    refund_id bigint NOT NULL,
    purchase_id bigint,
    line_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    offset_minor bigint NOT NULL CHECK (offset_minor >= 0),
    credit_minor bigint NOT NULL CHECK (credit_minor >= 0),
    unbilled_plan_minor bigint NOT NULL CHECK (unbilled_plan_minor BETWEEN 0 AND offset_minor),
    refunded_on date NOT NULL,
    refunded_at timestamptz NOT NULL,
    CHECK (offset_minor + credit_minor = amount_minor),
    PRIMARY KEY (customer_id, refund_id)
);
CREATE INDEX refund_purchase ON money.refund (customer_id, purchase_id);
