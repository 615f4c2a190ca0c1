-- The ledger: every movement of money is one row with its two legs, so it cannot be unbalanced.
CREATE SCHEMA IF NOT EXISTS money;

CREATE TYPE money.account AS ENUM (
    'bank', 'receivable_principal', 'receivable_fee', 'receivable_late_fee', 'customer_credit',
    'merchant_payable', 'installment_fee_income', 'revolving_fee_income', 'late_fee_income', 'deferral_fee_income', 'merchant_fee_income',
    'opening_equity', 'imported_clearing', 'suspense', 'charged_off_loss', 'recovery_income', 'goodwill_expense', 'commitment',
    'commitment_contra'
);

CREATE TYPE money.movement_kind AS ENUM (
    'hold_placed', 'hold_released', 'captured', 'merchant_fee', 'refunded', 'refund_credited', 'merchant_fee_returned',
    'installment_fee', 'revolving_fee', 'late_fee', 'deferral_fee',
    'principal_repaid', 'fee_repaid', 'late_fee_repaid', 'credit_received',
    'principal_offset', 'fee_offset', 'late_fee_offset', 'credit_paid_out',
    'opening_principal', 'opening_credit',
    'purchase_imported', 'refund_imported', 'refund_fee_imported', 'refund_late_fee_imported', 'refund_credit_imported',
    'late_fee_waived', 'late_fee_returned',
    'suspense_received', 'suspense_assigned', 'suspense_sent_back',
    'principal_charged_off', 'fee_charged_off', 'late_fee_charged_off', 'recovered', 'cost_recovered',
    'credit_reclaimed', 'payment_reclaimed', 'undone', 'credit_recovered', 'goodwill_principal', 'goodwill_fee', 'goodwill_late_fee', 'goodwill_credit'
);

-- One sequence numbers everything a customer owns, so an id is unique whatever it names.
CREATE SEQUENCE money.number;
CREATE SEQUENCE money.movement_number;

CREATE TABLE money.movement (
    customer_id bigint NOT NULL,
    movement_id bigint NOT NULL DEFAULT nextval('money.movement_number'),
    line_id bigint NOT NULL,
    source_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    posted_at timestamptz NOT NULL,
    business_date date NOT NULL,
    kind money.movement_kind NOT NULL,
    debit money.account NOT NULL,
    credit money.account NOT NULL,
    CHECK (debit <> credit),
    PRIMARY KEY (customer_id, movement_id)
);
CREATE INDEX movement_business_date ON money.movement USING brin (business_date) WITH (pages_per_range = 32);

-- What the ledger said of a line when a day was closed and its balances were found right; the next check adds only what was posted since.
CREATE TABLE money.checkpoint (
    customer_id bigint NOT NULL,
    line_id bigint NOT NULL,
    closed_on date NOT NULL,
    principal_minor bigint NOT NULL,
    fees_minor bigint NOT NULL,
    held_minor bigint NOT NULL,
    credit_minor bigint NOT NULL,
    PRIMARY KEY (customer_id, line_id)
) WITH (fillfactor = 80);
