"""Paying and what was bought: repayments, credit balances, purchases with their plans, and contesting one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from whiteslip.credit.agreements import figures
from whiteslip.flows.dispute import Command, DisputeAnswer, DisputeRequest, Ground, open_disputes
from whiteslip.flows.dispute import answer_disputes as answer
from whiteslip.flows.pay_out_credit import PayoutRequest
from whiteslip.flows.repay import RepaymentRequest
from whiteslip.infra import business_day
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound, only
from whiteslip.kernel.ids import MAX_ID
from whiteslip.views import (
    agreements,
    customers,
    disclosures,
    lines,
    purchases,
    relief,
    repayments,
)
from whiteslip.web import mine, timeline
from whiteslip.web.acting import Acting, Done, Queued
from whiteslip.web.forms import Form, Line, Nothing, Yuan
from whiteslip.web.rights import Owner, shopper
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("my")
ROWS_A_PAGE = 30
METHODS = ("bank", "card", "wallet")
_Text = Annotated[str, Meta(max_length=40)]
GROUNDS = tuple(ground.value for ground in Ground)


class Payment(Form, frozen=True):
    """An amount and where it comes from."""

    amount: Yuan
    line: _Text
    method: Literal["bank", "card", "wallet"] = "bank"


class Payout(Form, frozen=True):
    """How much of the credit balance to pay out."""

    amount: Yuan
    line: _Text


class Contest(Form, frozen=True):
    """Why a purchase is contested."""

    ground: Literal[
        "not_mine", "not_received", "faulty", "returned", "wrong_amount", "paid_already", "other"
    ]
    words: Line


@routes.page("/my/repay", sees=shopper(), nav="repay", order=12)
def show_repay(visit: Visit) -> Answer:
    """Offer to pay what is overdue, what is due next, or all of it."""
    line = mine.line_of(visit.db, visit.customer_id)
    rows = lines.open_installments(visit.db, visit.customer_id, line.line_id)
    dues = mine.dues(rows, line.current_on)
    past = repayments.of_line(
        visit.db, visit.customer_id, line.line_id, before=MAX_ID, limit=ROWS_A_PAGE
    )
    return visit.show(
        "my/repay.html",
        line=line,
        dues=dues,
        overdue=sum(due.owed_minor for due in dues if due.is_overdue),
        upcoming=next((due for due in dues if not due.is_overdue), None),
        whole=sum(due.owed_minor for due in dues),
        past=past,
        methods=[(one, visit.speak.name("method", one)) for one in METHODS],
        line_id=ids.write("lin", visit.customer_id, line.line_id),
        claim=mine.claim_of(visit.db, line),
        ended=mine.ended_claims(visit.db, line),
        returns=mine.returns_of(visit.db, line),
    )


@routes.form("/my/repay", Payment, sees=shopper(), again=show_repay, queued=True)
def repay(act: Acting, form: Payment) -> Queued:
    """Take a payment; it goes to what was due first."""
    line = _own_line(act, form.line)
    wanted = RepaymentRequest(act.customer_id, line, form.amount, form.method)

    def done(said: Any) -> Done:
        paid = act.speak.amount(said["amount_minor"])
        key = "my.repaid_restored" if said["restored"] else "my.repaid"
        return Done("/my/repay", key, {"amount": paid})

    return Queued("incoming", wanted, done)


@routes.form("/my/payout", Payout, sees=shopper(), again=show_repay, queued=True)
def pay_out(act: Acting, form: Payout) -> Queued:
    """Pay a credit balance out."""
    line = _own_line(act, form.line)
    wanted = PayoutRequest(act.customer_id, line, form.amount)

    def done(said: Any) -> Done:
        return Done("/my/repay", "my.paid_out", {"amount": act.speak.amount(said["amount_minor"])})

    return Queued("incoming", wanted, done)


@routes.page("/my/purchases", sees=shopper(), nav="purchases", order=13)
def list_purchases(visit: Visit) -> Answer:
    """List what was bought, the newest first."""
    story = customers.tell(visit.db, visit.customer_id, visit.ring)
    found = [] if story is None else sorted(story.purchases, key=lambda one: -one.purchase_id)
    return visit.show("my/purchases.html", rows=found[:ROWS_A_PAGE])


@routes.page("/my/purchases/{pur}", sees=shopper(), owner=Owner.CUSTOMER)
def show_purchase(visit: Visit) -> Answer:
    """Show a purchase: its plan, what was paid of it, its refunds, and the agreement it was made under."""
    owned = visit.owned("pur")
    row = purchases.find(visit.db, *owned)
    story = customers.tell(visit.db, visit.customer_id, visit.ring)
    if row is None or story is None:
        raise NotFound("there is no such purchase")
    mine_ = [one for one in story.installments if one.purchase_id == owned.number]
    disputes = relief.disputes_of_line(visit.db, visit.customer_id, row.line_id)
    return visit.show(
        "my/purchase.html",
        purchase=row,
        shop=next(one.merchant for one in story.purchases if one.purchase_id == owned.number),
        on=business_day.read(visit.db).current_on,
        rows=sorted(mine_, key=lambda one: (one.due_on, one.number)),
        paid=[one for one in story.allocations if one.purchase_id == owned.number],
        refunds=[one for one in story.refunds if one.purchase_id == owned.number],
        returns=[
            one
            for one in mine.returns_of(visit.db, mine.line_of(visit.db, visit.customer_id))
            if one.purchase_id == owned.number
        ],
        against=timeline.explained(row.reasons),
        agreed=_agreed(visit, owned.number, row.plan_months),
        kept=_kept(visit, owned.number, row.plan_months),
        charge=figures.charge,
        disputes=[one for one in disputes if one.purchase_id == owned.number],
        grounds=[(one, visit.speak.name("ground", one)) for one in GROUNDS],
    )


@routes.form(
    "/my/purchases/{pur}/contest",
    Contest,
    sees=shopper(),
    owner=Owner.CUSTOMER,
    again=show_purchase,
)
def contest(act: Acting, form: Contest) -> Done:
    """Contest a purchase; it bears no late fee until a person has decided."""
    owned = act.owned("pur")
    row = purchases.find(act.db, *owned)
    if row is None:
        raise NotFound("there is no such purchase")
    wanted = DisputeRequest(
        owned.customer_id,
        row.line_id,
        owned.number,
        None,
        Ground(form.ground),
        form.words,
        act.actor,
    )
    done = only(open_disputes(act.db, [wanted], at=act.at))
    to = f"/my/purchases/{ids.write('pur', *owned)}"
    return Done(to, "my.contested", {"date": act.speak.day(done.answer_by)})


@routes.form(
    "/my/purchases/{pur}/contests/{dsp}/withdraw",
    Nothing,
    sees=shopper(),
    owner=Owner.CUSTOMER,
    again=show_purchase,
)
def withdraw_contest(act: Acting, _: Nothing) -> Done:
    """Withdraw a dispute."""
    words = act.speak.say("my.withdrawn_words")
    request = DisputeAnswer(*act.owned("dsp"), Command.WITHDRAW, words, act.actor)
    only(answer(act.db, [request], at=act.at))
    return Done(f"/my/purchases/{ids.write('pur', *act.owned('pur'))}", "my.contest_withdrawn")


def _agreed(visit: Visit, number: int, months: int) -> agreements.PlanView | None:
    if not months:
        return None
    return agreements.of_purchase(
        visit.db, visit.customer_id, number, language=visit.speak.language
    )


def _kept(visit: Visit, number: int, months: int) -> disclosures.DisclosureView | None:
    return disclosures.find(visit.db, visit.customer_id, number) if months else None


def _own_line(act: Acting, text: str) -> int:
    """Read which line is paid; another customer's does not exist here."""
    owned = ids.read_owned(text, "lin")
    if owned.customer_id != act.customer_id:
        raise NotFound("there is no such line")
    return owned.number
