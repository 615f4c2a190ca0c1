"""Who may do what to a claim, where its money goes, and reading the parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, WhiteslipError
from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import read_parameters
from whiteslip.money.chargeoffs.model import (
    ChargeOffTerms,
    Claim,
    ClaimRow,
    Part,
    Recovery,
    State,
)
from whiteslip.money.lines.model import Line
from whiteslip.money.schedules.model import Owed, Settlement

_FILE = "chargeoffs.toml"
LONGEST_NOTE = 2000


def read_terms(text: str) -> ChargeOffTerms:
    """Read the parameters from TOML; what is missing, unknown or does not fit is `InvalidInput`."""
    terms = read_parameters(text, ChargeOffTerms, file=_FILE)
    if set(terms.recovery_order) != set(Part):
        raise InvalidInput(f"{_FILE}: recovery_order names each part once", where="recovery_order")
    return terms


def check_chargeable(
    line: Line, owed: Sequence[Owed], note: str, terms: ChargeOffTerms, *, on: date
) -> WhiteslipError | None:
    """Say why a line may not be charged off on a day."""
    if not note.strip() or len(note) > LONGEST_NOTE:
        return InvalidInput(f"say why, in at most {LONGEST_NOTE} characters", where="note")
    days = (on - oldest_due(owed, on=on)).days
    if days <= terms.propose_after_days:
        text = f"the line is {days} days past due; more than {terms.propose_after_days} are needed"
        return Conflict(text)
    if line.credit_barred:
        return Conflict("a relief runs on the line")
    if line.held_minor or line.credit_minor:
        return Conflict("a hold or a credit balance is on the line: it is used or released first")
    return None


def oldest_due(owed: Iterable[Owed], *, on: date) -> date:
    """Return the oldest due date missed, or the day itself."""
    return min((row.due_on for row in owed if row.due_on < on), default=on)


def check_decided(state: State, waited: State, *, by: str, asked_by: str) -> WhiteslipError | None:
    """Say why somebody may not decide what another asked for; people are compared as `actor_of` names them."""
    if state is not waited:
        return Conflict(f"the claim is {state}")
    if by == asked_by:
        return NotAllowed("another person decides than who asked for it")
    return None


def check_ending(claim: Claim) -> WhiteslipError | None:
    """Say why a claim may not be proposed for its end."""
    if claim.state is not State.CHARGED_OFF:
        return Conflict(f"the claim is {claim.state}")
    return None


def recover(
    amount_minor: Minor, rows: Iterable[ClaimRow], order: Sequence[Part], *, cost_minor: Minor
) -> Recovery:
    """Pay the cost of enforcing and the claim in the order given, of each part the oldest due first."""
    left = amount_minor
    cost = 0
    paid: dict[int, Settlement] = {}
    oldest = sorted(rows, key=lambda row: (row.due_on, row.captured_on, row.installment_id))
    for part in order:
        if part is Part.COST:
            cost = min(left, cost_minor)
            left -= cost
            continue
        field = f"{part}_minor"
        for row in oldest:
            share: Minor = min(left, getattr(row, field))
            if share:
                key = (row.customer_id, row.line_id, row.installment_id)
                so_far = paid.get(row.installment_id, Settlement(*key, 0))
                paid[row.installment_id] = so_far._replace(**{field: share})
                left -= share
    return Recovery(cost, tuple(paid.values()), left)
