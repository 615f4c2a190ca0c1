"""What a score seen by a decision was made of: the points each reason lost, from the facts that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from whiteslip.decisioning.decisions.rules import Fact
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.decisioning.scorecards.rules import Yardstick, score
from whiteslip.kernel.reason import ReasonCode


class Anatomy(NamedTuple):
    """A score taken apart: points, probability of default, and the points lost by reason, in the card's order."""

    points: float
    probability: float
    lost: tuple[tuple[ReasonCode, float], ...]


def take_apart(card: Scorecard, facts: Mapping[str, Fact]) -> Anatomy:
    """Score facts and name what lost the points; a value that is missing lost them for that (SYS-02).

    Points are lost against a value that says nothing: what is better than the average is no reason to refuse.
    """
    found = score(card, facts, against=Yardstick.NEUTRAL)
    lost: list[tuple[ReasonCode, float]] = []
    for variable in card.variables:
        missing = facts.get(variable.name) is None
        reason = ReasonCode.DATA_MISSING if missing else variable.reason
        if reason is not None:
            lost.append((reason, found.lost[variable.name]))
    return Anatomy(found.points, found.probability, tuple(lost))
