"""What each fact does to a line, by the rules the flows use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from whiteslip.kernel.errors import WhiteslipError
from whiteslip.kernel.money import Minor
from whiteslip.money.arrears.waiving import LateFee, take_back
from whiteslip.money.ledger.model import MovementKind
from whiteslip.money.payoffs import rules as payoffs
from whiteslip.money.payoffs.model import Beginning
from whiteslip.money.products.model import PaymentKind
from whiteslip.money.repayments.model import Allocation
from whiteslip.money.repayments.rules import allocate, offset
from whiteslip.money.replays.claiming import charge_off, recover, set_off, write_off
from whiteslip.money.replays.facts import (
    Capture,
    ChargingOff,
    Fact,
    Granting,
    Opening,
    Payment,
    Payout,
    Recovery,
    Redating,
    Refund,
    Settling,
    Splitting,
    TakingBack,
    Waiving,
    WritingOff,
)
from whiteslip.money.replays.life import Life, event
from whiteslip.money.replays.model import (
    Act,
    Agreed,
    Granted,
    Origin,
    Returned,
    Row,
    Share,
    Source,
    SplitOff,
    Step,
)
from whiteslip.money.returns.model import Source as Payer
from whiteslip.money.returns.rules import give_back
from whiteslip.money.schedules.model import Rescheduled
from whiteslip.money.schedules.rules import installments, plan
from whiteslip.money.splits.model import Billed, Minimum
from whiteslip.money.splits.rules import left_to_ask, pieces_of, share_fees

_PAID = (
    MovementKind.PRINCIPAL_REPAID,
    MovementKind.FEE_REPAID,
    MovementKind.LATE_FEE_REPAID,
    MovementKind.CREDIT_RECEIVED,
)
_IMPORTED_REFUND = (
    MovementKind.REFUND_IMPORTED,
    MovementKind.REFUND_FEE_IMPORTED,
    MovementKind.REFUND_LATE_FEE_IMPORTED,
    MovementKind.REFUND_CREDIT_IMPORTED,
)
_GRANTED = (
    MovementKind.GOODWILL_PRINCIPAL,
    MovementKind.GOODWILL_FEE,
    MovementKind.GOODWILL_LATE_FEE,
    MovementKind.GOODWILL_CREDIT,
)


def act(life: Life, fact: Fact) -> None:
    """Let a fact act on the line on its day."""
    _ACTS[type(fact.what)](life, fact.what, fact.number)
    life.age()


def _capture(life: Life, what: Capture, number: int) -> None:
    source = event(number)
    terms = life.terms
    made = installments(
        what.amount_minor,
        terms.product,
        what.months,
        statement_day=terms.statement_day,
        on=what.captured_on,
    )
    life.months[what.purchase_id] = what.months
    standing = life.standing.get(what.purchase_id, 0)
    life.standing[what.purchase_id] = standing + what.amount_minor
    for one in made:
        row = Row(
            f"{source.name}.{one.number}",
            0,
            what.purchase_id,
            one.number,
            "plan" if what.months else "pay_later",
            one.statement_on,
            one.due_on,
            what.captured_on,
            one.principal_minor,
            one.fee_minor,
        )
        life.add(row, Act.MADE, source)


def _pay(life: Life, what: Payment, number: int) -> None:
    if life.claim and life.claim.state == "charged_off":
        recover(life, Recovery(what.amount_minor, 0), number)
        return
    policy = life.terms.product.allocation.for_kind(what.kind)
    gone = allocate(what.amount_minor, life.owed(), policy, reached=life.day)
    kinds = _IMPORTED_REFUND if what.is_imported_refund else _PAID
    _take(life, gone, number, kinds, Act.PAID)


def _take(
    life: Life, gone: Allocation, number: int, kinds: Sequence[MovementKind], act_: Act
) -> None:
    """Settle what money settles, keep the rest as credit, and note both."""
    source = event(number)
    life.settle(gone.settlements, source, act_)
    life.credit_minor += gone.credit_minor
    parts = gone.principal_minor, gone.fee_minor, gone.late_fee_minor, gone.credit_minor
    for kind, part in zip(kinds, parts, strict=True):
        life.move(kind, source, part)
    settled = gone.allocated_minor
    life.shares[number] = Share(settled, gone.credit_minor, gone.unbilled_plan_minor)


def _settle_early(life: Life, what: Settling, number: int) -> None:
    """Settle as wished where the money still does; where it no longer is enough, it is a plain repayment."""
    began = {row.installment_id: Beginning(row.began_on, row.split_id) for row in life.open_rows()}
    payoff = payoffs.work_out(
        life.owed(),
        began,
        what.wish,
        statement_day=life.terms.statement_day,
        reached=life.day,
    )
    if isinstance(payoff, WhiteslipError) or payoff.total_minor > what.amount_minor:
        _pay(life, Payment(what.amount_minor), number)
        return
    for installment_id, fee in payoff.billed:
        row = life.row_of(installment_id)
        row.steps.append(Step(life.day, Act.BILLED, base_minor=fee))
        life.move(MovementKind.INSTALLMENT_FEE, Source(Origin.ROW, row.key), fee)
    gone = Allocation(payoff.settlements, what.amount_minor - payoff.total_minor)
    life.payoffs[number] = gone
    _take(life, gone, number, _PAID, Act.PAID)


def _refund(life: Life, what: Refund, number: int) -> None:
    rows = [row for row in life.owed() if row.purchase_id == what.purchase_id]
    offer = life.terms.product.plan(life.months.get(what.purchase_id, 0))
    gone = offset(
        what.amount_minor,
        rows,
        reached=life.day,
        bears_interest=offer is not None and offer.bears_interest,
        standing_minor=life.standing[what.purchase_id],
    )
    life.standing[what.purchase_id] -= what.amount_minor
    source = event(number)
    life.settle(gone.settlements, source, Act.REFUNDED)
    life.credit_minor += gone.credit_minor
    life.move(MovementKind.REFUNDED, source, gone.principal_minor)
    life.move(MovementKind.REFUND_CREDITED, source, gone.credit_minor)
    recovered = set_off(life, gone.credit_minor, source)
    life.shares[number] = Share(
        gone.allocated_minor, gone.credit_minor, gone.unbilled_plan_minor, recovered
    )
    life.refunds[number] = what.purchase_id
    payers = _payers(life, what.purchase_id)
    life.returns += [
        Returned(number, one.repayment_id, one.amount_minor)
        for one in give_back(gone.credit_minor - recovered, payers)
    ]


def _payers(life: Life, purchase_id: int) -> list[Payer]:
    """The repayments that paid principal of a purchase, less what its refunds owe them already."""
    left: dict[int, Minor] = {}
    for paid in life.paid:
        is_its = life.rows[paid.key].purchase_id == purchase_id and paid.principal_minor
        number = int(paid.source.name) if paid.source.origin is Origin.EVENT else 0
        if is_its and number in life.shares and number not in life.refunds:
            left[number] = left.get(number, 0) + paid.principal_minor
    for one in life.returns:
        if life.refunds.get(one.refund_id) == purchase_id:
            left[one.repayment_id] -= one.amount_minor
    return [Payer(life.key[0], purchase_id, number, "", amount) for number, amount in left.items()]


def _grant(life: Life, what: Granting, number: int) -> None:
    policy = life.terms.product.allocation.for_kind(PaymentKind.GOODWILL)
    gone = allocate(what.amount_minor, life.owed(), policy, reached=life.day)
    _take(life, gone, number, _GRANTED, Act.PAID)
    parts = gone.principal_minor, gone.fee_minor, gone.late_fee_minor, gone.credit_minor
    life.grants[number] = Granted(*parts)


def _open(life: Life, what: Opening, number: int) -> None:  # noqa: ARG001
    life.credit_minor += what.amount_minor


def _pay_out(life: Life, what: Payout, number: int) -> None:
    """Send credit back; what of it was never there is owed again, in full, with the next statement."""
    source = event(number)
    short = max(0, what.amount_minor - life.credit_minor)
    life.move(MovementKind.CREDIT_PAID_OUT, source, what.amount_minor)
    life.credit_minor -= what.amount_minor - short
    if not short:
        return
    life.move(MovementKind.CREDIT_RECLAIMED, source, short)
    _owe_again(life, short, source, "reclaimed")


def _take_back(life: Life, what: TakingBack, number: int) -> None:
    """Owe with the next statement what was taken back; what it had paid stays paid."""
    source = event(number)
    life.move(MovementKind.PAYMENT_RECLAIMED, source, what.amount_minor)
    _owe_again(life, what.amount_minor, source, "taken_back")


def _owe_again(life: Life, amount_minor: Minor, source: Source, why: str) -> None:
    """Owe an amount of no purchase, in full, with the next statement."""
    on = life.next_statement()
    key, due_on = f"{source.name}.{why}", life.due_after(on)
    row = Row(key, 0, None, 1, "plan", on, due_on, life.day, amount_minor)
    life.add(row, Act.MADE, source)


def _split(life: Life, what: Splitting, number: int) -> None:
    """Turn what the latest statement billed to be paid later into a plan; nothing where nothing of it is left."""
    on = max(life.statements, default=None)
    offer = life.terms.product.plan(what.months)
    rows = [
        row
        for row in life.open_rows()
        if row.statement_on == on
        and row.kind == "pay_later"
        and not row.fee_minor + row.late_fee_minor
    ]
    principal = sum(row.owed_principal_minor for row in rows)
    if on is None or offer is None or not principal:
        return
    source = event(number)
    terms = plan(
        principal,
        life.terms.product,
        offer,
        statement_day=life.terms.statement_day,
        on=life.day,
    )
    owed = sorted((row.owed(life.key, life.day) for row in rows), key=lambda row: row.age)
    made = [row for row, _ in life.redate(list(pieces_of(owed, terms)), source, Act.SPLIT)]
    for row in made:
        row.split_id, row.began_on = number, life.day
    rescheduled = [
        Rescheduled(*life.key, row.installment_id, row.due_on, row.owed_principal_minor, 0, 0)
        for row in sorted(made, key=lambda row: (row.due_on, row.installment_id))
    ]
    for _, installment_id, fee in share_fees(rescheduled, terms):
        row = life.row_of(installment_id)
        row.fee_minor += fee
        row.steps.append(Step(life.day, Act.SPLIT, fee_minor=fee, source=source))
    said = life.statements[on]
    billed = Billed(
        *life.key,
        on,
        life.due_after(on),
        said.minimum_minor,
        said.pay_later_minor,
        said.pay_later_minimum_minor,
        is_split=False,
        installment_ids=frozenset(),
    )
    after: Minimum = left_to_ask(billed, principal, life.terms.product)
    life.statements[on] = said._replace(**after._asdict())
    fee = sum(term.fee_minor for term in terms)
    minimums = said.minimum_minor, after.minimum_minor
    life.splits[number] = SplitOff(on, principal, fee, *minimums)


def _waive(life: Life, what: Waiving, number: int) -> None:
    """Take late fees of days back that no waiver has taken before."""
    taken_before = [charge for some in life.waived_charges.values() for charge in some]
    charges = [
        charge
        for charge in life.charges
        if what.first_on <= charge.on <= what.last_on
        and what.installment_id in (None, life.rows[charge.key].installment_id)
        and charge not in taken_before
    ]
    if not charges:
        return
    fees = [
        LateFee(life.key[0], 0, life.key[1], life.rows[one.key].installment_id, one.amount_minor)
        for one in charges
    ]
    taken = take_back(fees, life.owed())
    source = event(number)
    for installment_id, amount in taken.waived:
        row = life.row_of(installment_id)
        row.late_fee_minor -= amount
        row.settle()
        row.steps.append(Step(life.day, Act.WAIVED, late_fee_minor=-amount, source=source))
    life.credit_minor += taken.returned_minor
    life.waived[number] = Share(taken.waived_minor, taken.returned_minor)
    life.waived_charges[number] = charges
    life.move(MovementKind.LATE_FEE_WAIVED, source, taken.waived_minor)
    life.move(MovementKind.LATE_FEE_RETURNED, source, taken.returned_minor)


def _redate(life: Life, what: Redating, number: int) -> None:
    """Give rows other due dates, and charge what was agreed on the first that falls due."""
    source = event(number)
    worked = what.work(life.owed(), life.day)
    if worked is None:
        return
    life.settle(worked.drops, source, Act.DROPPED)
    rows = life.redate(worked.pieces, source, Act.REDATED)
    agreed = [row for row, was_billed in rows if was_billed or worked.keeps_all]
    dues = [Agreed(row.key, row.all_owed_minor, row.due_on) for row in agreed]
    life.redated[number] = [due for due in dues if due.amount_minor]
    if not worked.fee_minor:
        return
    first = min(agreed, key=lambda row: (row.due_on, row.installment_id))
    first.fee_minor += worked.fee_minor
    first.steps.append(Step(life.day, Act.REDATED, fee_minor=worked.fee_minor, source=source))
    life.move(MovementKind.DEFERRAL_FEE, Source(Origin.ROW, first.key), worked.fee_minor)


_ACTS: Mapping[type, Callable[[Life, Any, int], None]] = {
    Capture: _capture,
    Payment: _pay,
    Recovery: recover,
    Settling: _settle_early,
    Refund: _refund,
    Granting: _grant,
    Payout: _pay_out,
    TakingBack: _take_back,
    Opening: _open,
    Splitting: _split,
    Waiving: _waive,
    Redating: _redate,
    ChargingOff: charge_off,
    WritingOff: write_off,
}
