"""Charge-offs at the desk: what waits for a second person, what stands, what came in, and one line's debts whole."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta

from whiteslip.flows.charge_off import (
    ChargeOffDecision,
    ChargeOffRequest,
    decide_charge_offs,
    propose_charge_offs,
)
from whiteslip.flows.recover import RecoveryRequest, recover
from whiteslip.flows.write_off import (
    WriteOffDecision,
    WriteOffRequest,
    decide_write_offs,
    propose_write_offs,
)
from whiteslip.kernel import ids
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import NotFound, only
from whiteslip.kernel.money import MAX_MINOR
from whiteslip.money.chargeoffs.model import State
from whiteslip.views import charge_offs, lines
from whiteslip.views.charge_offs import ClaimView
from whiteslip.web import mine
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Note, Nothing, Yuan
from whiteslip.web.rights import Owner, Role, staff
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("money")
MONEY = staff(Role.MONEY)
PROPOSING = staff(Role.MONEY, Role.CARE)
PAGE: Final = "/desk/money/claims"
CLAIM: Final = f"{PAGE}/{{cof}}"
LINE: Final = "/desk/money/lines/{lin}"
ROWS: Final = 50
METHODS: Final = ("bank", "card", "wallet", "court", "agency")
_Cost = Annotated[int, Meta(ge=0, le=MAX_MINOR, extra={"typed": "yuan"})]


class Proposal(Form, frozen=True):
    """Why a line should be charged off."""

    note: Note


class Verdict(Form, frozen=True):
    """What a second person says."""

    command: Literal["approve", "refuse"]


class Receipt(Form, frozen=True):
    """Money that came in for a claim, and what of it enforcing cost."""

    amount: Yuan
    method: Literal["bank", "card", "wallet", "court", "agency"]
    cost: _Cost = 0


@routes.page(PAGE, sees=PROPOSING, nav="claims", order=54)
def show_claims(visit: Visit) -> Answer:
    """List what waits for a second person, claims that stand and that ended, and lines that may be proposed."""
    db = visit.db
    return visit.show(
        "money/claims.html",
        waiting=charge_offs.in_states(db, charge_offs.WAITING, most=ROWS),
        standing=charge_offs.in_states(db, charge_offs.STANDING, most=ROWS),
        ended=charge_offs.in_states(db, charge_offs.ENDED, most=ROWS),
        ripe=charge_offs.ripe_lines(db, most=ROWS),
        after_days=charge_offs.ripe_after_days(),
    )


@routes.page(CLAIM, sees=PROPOSING, owner=Owner.NOBODY)
def show_claim(visit: Visit) -> Answer:
    """Show a claim: its sums, who did what, what came in, and what may be done next."""
    found = _find(visit)
    claim = found.claim
    asked_by = claim.ending_by if claim.state is State.ENDING else claim.proposed_by
    return visit.show(
        "money/claim.html",
        view=found,
        claim=claim,
        id=visit.text("cof"),
        recoveries=charge_offs.recoveries(
            visit.db, claim.customer_id, claim.charge_off_id, most=ROWS
        ),
        methods=[(one, visit.speak.name("method", one)) for one in METHODS],
        may_decide=Role.MONEY in visit.person.roles,
        is_own=actor_of(visit.person.actor) == asked_by,
    )


@routes.form(f"{CLAIM}/decide", Verdict, sees=MONEY, owner=Owner.NOBODY, again=show_claim)
def decide(act: Acting, form: Verdict) -> Done:
    """Approve or refuse a charge-off that another person proposed."""
    wanted = ChargeOffDecision(*act.owned("cof"), form.command == "approve", act.actor)
    done = only(decide_charge_offs(act.db, [wanted], at=act.at))
    return Done(f"{PAGE}/{act.text('cof')}", f"money.claim_did_{done.state}")


@routes.form(f"{CLAIM}/recover", Receipt, sees=MONEY, owner=Owner.NOBODY, again=show_claim)
def take(act: Acting, form: Receipt) -> Done:
    """Record money for a claim; the cost of enforcing is paid first."""
    found = _find(act).claim
    wanted = RecoveryRequest(
        found.customer_id, found.line_id, form.amount, form.method, cost_minor=form.cost
    )
    gone = only(recover(act.db, [wanted], at=act.at)).recovery
    facts = {"amount": act.speak.amount(gone.recovered_minor)}
    facts |= {"left": act.speak.amount(gone.left_minor), "cost": act.speak.amount(gone.cost_minor)}
    return Done(f"{PAGE}/{act.text('cof')}", "money.claim_taken", facts)


@routes.form(f"{CLAIM}/end", Nothing, sees=PROPOSING, owner=Owner.NOBODY, again=show_claim)
def propose_end(act: Acting, _: Nothing) -> Done:
    """Propose that what is left is no longer asked for; another person decides."""
    only(propose_write_offs(act.db, [WriteOffRequest(*act.owned("cof"), act.actor)], at=act.at))
    return Done(f"{PAGE}/{act.text('cof')}", "money.claim_did_ending")


@routes.form(f"{CLAIM}/end/decide", Verdict, sees=MONEY, owner=Owner.NOBODY, again=show_claim)
def decide_end(act: Acting, form: Verdict) -> Done:
    """Approve or refuse the end of a claim that another person proposed."""
    wanted = WriteOffDecision(*act.owned("cof"), form.command == "approve", act.actor)
    done = only(decide_write_offs(act.db, [wanted], at=act.at))
    kept = done.state is State.CHARGED_OFF
    return Done(f"{PAGE}/{act.text('cof')}", "money.claim_kept" if kept else "money.claim_ended")


@routes.page(LINE, sees=PROPOSING, owner=Owner.NOBODY)
def show_line(visit: Visit) -> Answer:
    """Show what a line owes, its charge-offs and what refunds owe to sources, and let it be proposed."""
    key = visit.owned("lin")
    line = lines.show(visit.db, *key)
    if line is None:
        raise NotFound("there is no such line")
    found = charge_offs.in_states(visit.db, State, customer_id=key.customer_id, most=ROWS)
    claims = [one for one in found if one.claim.line_id == line.line_id]
    after_days = charge_offs.ripe_after_days()
    return visit.show(
        "money/line.html",
        line=line,
        id=visit.text("lin"),
        dues=mine.dues(lines.open_installments(visit.db, *key), line.current_on),
        claims=claims,
        returns=mine.returns_of(visit.db, line),
        after_days=after_days,
        may_correct=Role.MONEY in visit.person.roles,
        live=next((one for one in claims if one.ended_on is None and _is_live(one)), None),
        may_propose=line.status == "open" and line.days_past_due > after_days,
    )


@routes.form(f"{LINE}/propose", Proposal, sees=PROPOSING, owner=Owner.NOBODY, again=show_line)
def propose(act: Acting, form: Proposal) -> Done:
    """Propose that a line be charged off; nothing changes until another person approves."""
    request = ChargeOffRequest(*act.owned("lin"), form.note, act.actor)
    done = only(propose_charge_offs(act.db, [request], at=act.at))
    to = ids.write("cof", done.customer_id, done.charge_off_id)
    return Done(f"{PAGE}/{to}", "money.claim_did_proposed")


def _is_live(one: ClaimView) -> bool:
    return one.claim.state is not State.REFUSED


def _find(seen: Visit | Acting) -> ClaimView:
    found = charge_offs.find(seen.db, *seen.owned("cof"))
    if found is None:
        raise NotFound("there is no such claim")
    return found
