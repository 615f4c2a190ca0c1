"""What charging off, and what comes in for a claim, does to a line, by the rules the flows use."""

from __future__ import annotations

from whiteslip.kernel.money import Minor
from whiteslip.money.chargeoffs import rules as claims
from whiteslip.money.chargeoffs.model import ClaimRow
from whiteslip.money.chargeoffs.model import Recovery as Gone
from whiteslip.money.ledger.model import MovementKind
from whiteslip.money.replays.facts import ChargingOff, Recovery, WritingOff
from whiteslip.money.replays.life import Life, event
from whiteslip.money.replays.model import Act, Claim, Share, Source, Step

_CHARGED_OFF = (
    MovementKind.PRINCIPAL_CHARGED_OFF,
    MovementKind.FEE_CHARGED_OFF,
    MovementKind.LATE_FEE_CHARGED_OFF,
)


def charge_off(life: Life, what: ChargingOff, number: int) -> None:  # noqa: ARG001
    """Give up everything owed as an asset; fees no statement has billed are never owed."""
    source = event(number)
    rows = life.open_rows()
    owed = [row.owed(life.key, life.day) for row in rows]
    for row, one in zip(rows, owed, strict=True):
        row.fee_minor -= one.unbilled_fee_minor
        row.status = "charged_off"
        row.steps.append(
            Step(life.day, Act.CHARGED_OFF, fee_minor=-one.unbilled_fee_minor, source=source)
        )
    parts = (
        sum(one.principal_minor for one in owed),
        sum(one.fee_minor for one in owed),
        sum(one.late_fee_minor for one in owed),
    )
    life.claim = Claim(number, *parts, 0, 0, "charged_off")
    for kind, part in zip(_CHARGED_OFF, parts, strict=True):
        life.move(kind, source, part)


def recover(life: Life, what: Recovery, number: int) -> None:
    """Take money in for a claim: the cost of enforcing, the claim, and an excess, which is credit."""
    source = event(number)
    gone = _pay_claim(life, what, source)
    life.credit_minor += gone.credit_minor
    life.shares[number] = Share(gone.recovered_minor, gone.credit_minor)
    life.move(MovementKind.COST_RECOVERED, source, gone.cost_minor)
    life.move(MovementKind.RECOVERED, source, gone.recovered_minor)
    life.move(MovementKind.CREDIT_RECEIVED, source, gone.credit_minor)


def _pay_claim(life: Life, what: Recovery, source: Source) -> Gone:
    """Pay a claim in the order of the law; one of which nothing is left has ended."""
    order = life.terms.recovery_order
    rows = [row for row in life.rows.values() if row.status == "charged_off"]
    standing = [
        ClaimRow(
            *life.key,
            row.installment_id,
            row.due_on,
            row.owed_principal_minor,
            row.fee_minor - row.paid_fee_minor,
            row.late_fee_minor - row.paid_late_fee_minor,
            row.captured_on,
        )
        for row in rows
    ]
    gone = claims.recover(what.amount_minor, standing, order, cost_minor=what.cost_minor)
    life.settle(gone.settlements, source, Act.PAID)
    if life.claim is not None:
        recovered = life.claim.recovered_minor + gone.recovered_minor
        is_over = recovered == sum(life.claim[1:4])
        state = "recovered" if is_over else life.claim.state
        life.claim = life.claim._replace(recovered_minor=recovered, state=state)
    return gone


def set_off(life: Life, credit_minor: Minor, source: Source) -> Minor:
    """Set what a refund leaves over off against a claim that stands; return how much."""
    if life.claim is None or life.claim.state != "charged_off":
        return 0
    left = sum(life.claim[1:4]) - life.claim.recovered_minor
    gone = _pay_claim(life, Recovery(min(credit_minor, left), 0), source)
    life.credit_minor -= gone.recovered_minor
    life.move(MovementKind.CREDIT_RECOVERED, source, gone.recovered_minor)
    return gone.recovered_minor


def write_off(life: Life, what: WritingOff, number: int) -> None:  # noqa: ARG001
    """Give up what is left of a claim."""
    if life.claim is None or life.claim.state != "charged_off":
        return
    for row in life.rows.values():
        if row.status == "charged_off":
            row.status = "written_off"
            row.steps.append(Step(life.day, Act.WRITTEN_OFF))
    left = sum(life.claim[1:4]) - life.claim.recovered_minor
    life.claim = life.claim._replace(written_off_minor=left, state="written_off")
