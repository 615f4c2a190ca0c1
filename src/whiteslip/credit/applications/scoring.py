"""Scoring an application by a card, and what of the score its decision keeps."""

from __future__ import annotations

from typing import NamedTuple

from whiteslip.credit.affordability.model import Assessment
from whiteslip.credit.bureau.model import File
from whiteslip.decisioning.decisions.model import ScoreSeen
from whiteslip.decisioning.decisions.rules import Fact
from whiteslip.decisioning.decisions.scoring import take_apart
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.kernel.reason import ReasonCode


class Scored(NamedTuple):
    """A score of an application: its probability of default, the points each reason lost, and its record."""

    probability: float
    lost: tuple[tuple[ReasonCode, float], ...]
    seen: ScoreSeen


def score(card: Scorecard | None, file: File | None, month: Assessment) -> Scored | None:
    """Score an applicant by their file and a month without the new line; a card reads the variables it names.

    Without a card, or without a file of this very person, there is no score: a card would give points to what is
    missing, but a file that did not come is no property of the person.
    """
    if card is None or file is None or not file.is_right_person:
        return None
    facts = variables(file, month)
    read = {variable.name: facts.get(variable.name) for variable in card.variables}
    found = take_apart(card, read)
    seen = ScoreSeen(card.name, card.version, found.points, read)
    return Scored(found.probability, found.lost, seen)


def variables(file: File, month: Assessment) -> dict[str, Fact]:
    """Name what a card may read of an applicant; shares are ratios, and what does not apply is missing."""
    ratio = month.debt_to_income_ppm
    return {
        "months_of_history": file.months_on_file,
        "accounts": file.accounts,
        "lenders": file.lenders,
        "late_months_24m": file.late_months_24m,
        "worst_late_months": file.worst_late_months,
        "enquiries_3m": file.enquiries_3m,
        "enquiries_6m": file.enquiries_6m,
        "card_utilization": _utilization(file),
        "obligations_to_income": None if ratio is None else ratio / WHOLE_PPM,
        "income_is_verified": int(month.is_verified),
    }


def _utilization(file: File) -> float | None:
    if not file.card_limit_minor or file.card_balance_minor is None:
        return None
    return file.card_balance_minor / file.card_limit_minor
