"""What settling early takes and gives."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.bodies import Amount, Body, Currency, Method
from whiteslip.flows.settle_early import Payoff, Settled
from whiteslip.kernel import ids

Scope: TypeAlias = Literal["plan", "statement", "everything"]
Version: TypeAlias = Annotated[
    str, Meta(pattern="^[0-9a-f]{32}$", description="The `version` of the quote that is accepted.")
]
PurchaseId: TypeAlias = Annotated[
    str, Meta(pattern="^pur_[0-9]{1,19}_[0-9]{1,19}$", examples=["pur_7_42"])
]
SplitId: TypeAlias = Annotated[
    str, Meta(pattern="^spl_[0-9]{1,19}_[0-9]{1,19}$", examples=["spl_7_43"])
]


class SettlementBody(Body, frozen=True):
    """Settle early, as quoted: a plan is named by its purchase or split; the amount is exactly the quote's total."""

    scope: Scope
    amount_minor: Amount
    version: Version
    method: Method
    purchase_id: PurchaseId | None = None
    split_id: SplitId | None = None
    currency: Currency = "CNY"


class SettlementQuote(Struct, frozen=True):
    """What settles it today: principal, what was billed, the fee of the period that runs; later fees are dropped."""

    line_id: str
    scope: Scope
    purchase_id: str | None
    split_id: str | None
    principal_minor: int
    fee_minor: int
    late_fee_minor: int
    dropped_fee_minor: int
    total_minor: int
    version: str
    currency: Currency = "CNY"


class Settlement(SettlementQuote, frozen=True, kw_only=True):
    """What was settled, and the repayment that paid it."""

    repayment_id: str
    restored: bool


def quoted(payoff: Payoff, line_id: str) -> SettlementQuote:
    """Show a quote."""
    return SettlementQuote(*_figures(payoff, line_id))


def settled(done: Settled) -> Settlement:
    """Show what was settled."""
    return Settlement(
        *_figures(done.payoff, ids.write("lin", done.customer_id, done.line_id)),
        repayment_id=ids.write("rep", done.customer_id, done.repayment_id),
        restored=done.restored,
    )


def _figures(
    payoff: Payoff, line_id: str
) -> tuple[str, Scope, str | None, str | None, int, int, int, int, int, str]:
    wish = payoff.wish
    owner = ids.read_owned(line_id, "lin").customer_id
    return (
        line_id,
        wish.scope.value,
        None if wish.purchase_id is None else ids.write("pur", owner, wish.purchase_id),
        None if wish.split_id is None else ids.write("spl", owner, wish.split_id),
        payoff.principal_minor,
        payoff.fee_minor,
        payoff.late_fee_minor,
        payoff.dropped_minor,
        payoff.total_minor,
        payoff.version,
    )
