"""Accounts, kinds of movement with their two legs, and a journal of movements as columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Account(StrEnum):
    """The chart of accounts; `commitment` and its contra are memorandum accounts for holds."""

    BANK = "bank"
    RECEIVABLE_PRINCIPAL = "receivable_principal"
    RECEIVABLE_FEE = "receivable_fee"
    RECEIVABLE_LATE_FEE = "receivable_late_fee"
    CUSTOMER_CREDIT = "customer_credit"
    MERCHANT_PAYABLE = "merchant_payable"
    INSTALLMENT_FEE_INCOME = "installment_fee_income"
    REVOLVING_FEE_INCOME = "revolving_fee_income"
    LATE_FEE_INCOME = "late_fee_income"
    DEFERRAL_FEE_INCOME = "deferral_fee_income"
    MERCHANT_FEE_INCOME = "merchant_fee_income"
    OPENING_EQUITY = "opening_equity"
    IMPORTED_CLEARING = "imported_clearing"
    SUSPENSE = "suspense"
    CHARGED_OFF_LOSS = "charged_off_loss"
    RECOVERY_INCOME = "recovery_income"
    GOODWILL_EXPENSE = "goodwill_expense"
    COMMITMENT = "commitment"
    COMMITMENT_CONTRA = "commitment_contra"


class MovementKind(StrEnum):
    """Why money moved."""

    HOLD_PLACED = "hold_placed"
    HOLD_RELEASED = "hold_released"
    CAPTURED = "captured"
    MERCHANT_FEE = "merchant_fee"
    REFUNDED = "refunded"
    REFUND_CREDITED = "refund_credited"
    MERCHANT_FEE_RETURNED = "merchant_fee_returned"
    INSTALLMENT_FEE = "installment_fee"
    REVOLVING_FEE = "revolving_fee"
    LATE_FEE = "late_fee"
    DEFERRAL_FEE = "deferral_fee"
    PRINCIPAL_REPAID = "principal_repaid"
    FEE_REPAID = "fee_repaid"
    LATE_FEE_REPAID = "late_fee_repaid"
    CREDIT_RECEIVED = "credit_received"
    PRINCIPAL_OFFSET = "principal_offset"
    FEE_OFFSET = "fee_offset"
    LATE_FEE_OFFSET = "late_fee_offset"
    CREDIT_PAID_OUT = "credit_paid_out"
    OPENING_PRINCIPAL = "opening_principal"
    OPENING_CREDIT = "opening_credit"
    PURCHASE_IMPORTED = "purchase_imported"
    REFUND_IMPORTED = "refund_imported"
    REFUND_FEE_IMPORTED = "refund_fee_imported"
    REFUND_LATE_FEE_IMPORTED = "refund_late_fee_imported"
    REFUND_CREDIT_IMPORTED = "refund_credit_imported"
    LATE_FEE_WAIVED = "late_fee_waived"
    LATE_FEE_RETURNED = "late_fee_returned"
    SUSPENSE_RECEIVED = "suspense_received"
    SUSPENSE_ASSIGNED = "suspense_assigned"
    SUSPENSE_SENT_BACK = "suspense_sent_back"
    PRINCIPAL_CHARGED_OFF = "principal_charged_off"
    FEE_CHARGED_OFF = "fee_charged_off"
    LATE_FEE_CHARGED_OFF = "late_fee_charged_off"
    RECOVERED = "recovered"
    COST_RECOVERED = "cost_recovered"
    CREDIT_RECLAIMED = "credit_reclaimed"
    PAYMENT_RECLAIMED = "payment_reclaimed"
    UNDONE = "undone"
    CREDIT_RECOVERED = "credit_recovered"
    GOODWILL_PRINCIPAL = "goodwill_principal"
    GOODWILL_FEE = "goodwill_fee"
    GOODWILL_LATE_FEE = "goodwill_late_fee"
    GOODWILL_CREDIT = "goodwill_credit"


class Legs(NamedTuple):
    """The two accounts a movement touches."""

    debit: Account
    credit: Account


LEGS = MappingProxyType(
    {
        MovementKind.HOLD_PLACED: Legs(Account.COMMITMENT, Account.COMMITMENT_CONTRA),
        MovementKind.HOLD_RELEASED: Legs(Account.COMMITMENT_CONTRA, Account.COMMITMENT),
        MovementKind.CAPTURED: Legs(Account.RECEIVABLE_PRINCIPAL, Account.MERCHANT_PAYABLE),
        MovementKind.MERCHANT_FEE: Legs(Account.MERCHANT_PAYABLE, Account.MERCHANT_FEE_INCOME),
        MovementKind.REFUNDED: Legs(Account.MERCHANT_PAYABLE, Account.RECEIVABLE_PRINCIPAL),
        MovementKind.REFUND_CREDITED: Legs(Account.MERCHANT_PAYABLE, Account.CUSTOMER_CREDIT),
        MovementKind.MERCHANT_FEE_RETURNED: Legs(
            Account.MERCHANT_FEE_INCOME, Account.MERCHANT_PAYABLE
        ),
        MovementKind.INSTALLMENT_FEE: Legs(Account.RECEIVABLE_FEE, Account.INSTALLMENT_FEE_INCOME),
        MovementKind.REVOLVING_FEE: Legs(Account.RECEIVABLE_FEE, Account.REVOLVING_FEE_INCOME),
        MovementKind.LATE_FEE: Legs(Account.RECEIVABLE_LATE_FEE, Account.LATE_FEE_INCOME),
        MovementKind.DEFERRAL_FEE: Legs(Account.RECEIVABLE_FEE, Account.DEFERRAL_FEE_INCOME),
        MovementKind.PRINCIPAL_REPAID: Legs(Account.BANK, Account.RECEIVABLE_PRINCIPAL),
        MovementKind.FEE_REPAID: Legs(Account.BANK, Account.RECEIVABLE_FEE),
        MovementKind.LATE_FEE_REPAID: Legs(Account.BANK, Account.RECEIVABLE_LATE_FEE),
        MovementKind.CREDIT_RECEIVED: Legs(Account.BANK, Account.CUSTOMER_CREDIT),
        MovementKind.PRINCIPAL_OFFSET: Legs(Account.CUSTOMER_CREDIT, Account.RECEIVABLE_PRINCIPAL),
        MovementKind.FEE_OFFSET: Legs(Account.CUSTOMER_CREDIT, Account.RECEIVABLE_FEE),
        MovementKind.LATE_FEE_OFFSET: Legs(Account.CUSTOMER_CREDIT, Account.RECEIVABLE_LATE_FEE),
        MovementKind.CREDIT_PAID_OUT: Legs(Account.CUSTOMER_CREDIT, Account.BANK),
        MovementKind.OPENING_PRINCIPAL: Legs(Account.RECEIVABLE_PRINCIPAL, Account.OPENING_EQUITY),
        MovementKind.OPENING_CREDIT: Legs(Account.OPENING_EQUITY, Account.CUSTOMER_CREDIT),
        MovementKind.PURCHASE_IMPORTED: Legs(
            Account.RECEIVABLE_PRINCIPAL, Account.IMPORTED_CLEARING
        ),
        MovementKind.REFUND_IMPORTED: Legs(Account.IMPORTED_CLEARING, Account.RECEIVABLE_PRINCIPAL),
        MovementKind.REFUND_FEE_IMPORTED: Legs(Account.IMPORTED_CLEARING, Account.RECEIVABLE_FEE),
        MovementKind.REFUND_LATE_FEE_IMPORTED: Legs(
            Account.IMPORTED_CLEARING, Account.RECEIVABLE_LATE_FEE
        ),
        MovementKind.REFUND_CREDIT_IMPORTED: Legs(
            Account.IMPORTED_CLEARING, Account.CUSTOMER_CREDIT
        ),
        MovementKind.LATE_FEE_WAIVED: Legs(Account.LATE_FEE_INCOME, Account.RECEIVABLE_LATE_FEE),
        MovementKind.LATE_FEE_RETURNED: Legs(Account.LATE_FEE_INCOME, Account.CUSTOMER_CREDIT),
        MovementKind.SUSPENSE_RECEIVED: Legs(Account.BANK, Account.SUSPENSE),
        MovementKind.SUSPENSE_ASSIGNED: Legs(Account.SUSPENSE, Account.BANK),
        MovementKind.SUSPENSE_SENT_BACK: Legs(Account.SUSPENSE, Account.BANK),
        MovementKind.PRINCIPAL_CHARGED_OFF: Legs(
            Account.CHARGED_OFF_LOSS, Account.RECEIVABLE_PRINCIPAL
        ),
        MovementKind.FEE_CHARGED_OFF: Legs(Account.CHARGED_OFF_LOSS, Account.RECEIVABLE_FEE),
        MovementKind.LATE_FEE_CHARGED_OFF: Legs(
            Account.CHARGED_OFF_LOSS, Account.RECEIVABLE_LATE_FEE
        ),
        MovementKind.RECOVERED: Legs(Account.BANK, Account.RECOVERY_INCOME),
        MovementKind.COST_RECOVERED: Legs(Account.BANK, Account.RECOVERY_INCOME),
        MovementKind.CREDIT_RECLAIMED: Legs(Account.RECEIVABLE_PRINCIPAL, Account.CUSTOMER_CREDIT),
        MovementKind.PAYMENT_RECLAIMED: Legs(Account.RECEIVABLE_PRINCIPAL, Account.BANK),
        MovementKind.CREDIT_RECOVERED: Legs(Account.CUSTOMER_CREDIT, Account.RECOVERY_INCOME),
        MovementKind.GOODWILL_PRINCIPAL: Legs(
            Account.GOODWILL_EXPENSE, Account.RECEIVABLE_PRINCIPAL
        ),
        MovementKind.GOODWILL_FEE: Legs(Account.GOODWILL_EXPENSE, Account.RECEIVABLE_FEE),
        MovementKind.GOODWILL_LATE_FEE: Legs(Account.GOODWILL_EXPENSE, Account.RECEIVABLE_LATE_FEE),
        MovementKind.GOODWILL_CREDIT: Legs(Account.GOODWILL_EXPENSE, Account.CUSTOMER_CREDIT),
    }
)
"""What each kind debits and credits; the test of the ledger proves that stored movements agree.

`UNDONE` has the legs of the movement it undoes, the other way round, and is not among them.
"""


@dataclass(slots=True)
class Journal:
    """Movements to be posted together, as columns; amounts in minor units, zero amounts are left out."""

    customer_ids: list[int] = field(default_factory=list[int])
    line_ids: list[int] = field(default_factory=list[int])
    source_ids: list[int] = field(default_factory=list[int])
    amounts_minor: list[int] = field(default_factory=list[int])
    kinds: list[MovementKind] = field(default_factory=list[MovementKind])
    business_dates: list[date] = field(default_factory=list[date])

    def add(
        self,
        kind: MovementKind,
        *,
        customer_id: int,
        line_id: int,
        source_id: int,
        amount_minor: int,
        on: date,
    ) -> None:
        """Add a movement of a source (the purchase, repayment, refund or installment that caused it)."""
        if amount_minor == 0:
            return
        self.customer_ids.append(customer_id)
        self.line_ids.append(line_id)
        self.source_ids.append(source_id)
        self.amounts_minor.append(amount_minor)
        self.kinds.append(kind)
        self.business_dates.append(on)
