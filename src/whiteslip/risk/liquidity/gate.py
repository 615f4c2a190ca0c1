"""What a valve says of one purchase: refused for now, or let through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

from whiteslip.credit.campaigns import segment
from whiteslip.decisioning.decisions.judging import judge_rows
from whiteslip.decisioning.habits.facts import CheckoutFacts
from whiteslip.decisioning.rulebooks.experiment import is_one_challenged
from whiteslip.decisioning.rulebooks.model import InputType, RuleBook
from whiteslip.kernel.money import Minor
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.kernel.verdict import Outcome
from whiteslip.risk.liquidity.model import Acting, Plans

KNOWN: Final[Mapping[str, InputType]] = MappingProxyType(
    {
        "amount": InputType.MONEY,
        "plan_months": InputType.INT,
        "limit": InputType.MONEY,
        "utilization_after": InputType.RATIO,
        "line_age_days": InputType.INT,
        "purchases_before": InputType.INT,
        "merchant_is_known": InputType.BOOL,
    }
)
"""The facts of a purchase a segment may be made of: nothing of them is a judgment of the person."""


class Asked(NamedTuple):
    """A purchase asked for; without facts it counts as in every segment."""

    customer_id: int
    amount_minor: Minor
    plan_months: int
    facts: CheckoutFacts | None = None


def segment_of(condition: str) -> RuleBook | None:
    """Read a segment; None is everybody, and what cannot be read is `InvalidInput`."""
    return segment.read(condition, KNOWN) if condition.strip() else None


def is_shut(valve: Acting | None, *, on: date) -> bool:
    """Tell whether a valve may refuse anything on a day: it ends by itself."""
    return valve is not None and on < valve.until_on


def refuses(valve: Acting | None, asked: Asked, *, on: date) -> bool:
    """Tell whether a valve refuses a purchase on a day.

    The share let through is of people and days: who is let through is so all day, and another is on another day.
    """
    if valve is None or not is_shut(valve, on=on) or not _is_in(valve.segment, asked):
        return False
    in_plan = asked.plan_months > 0
    if (valve.plans is Plans.NONE and in_plan) or (valve.plans is Plans.ONLY and not in_plan):
        return True
    if valve.most_minor is not None and asked.amount_minor > valve.most_minor:
        return True
    return not is_one_challenged(
        asked.customer_id, name=f"valve {on}", version=valve.valve_id, share_ppm=valve.share_ppm
    )


def reason_of(valve: Acting) -> Reason:
    """Say that new purchases are limited, and until when; it says nothing of the person."""
    return Reason(ReasonCode.PURCHASES_LIMITED, {"date": valve.until_on.isoformat()})


def _is_in(condition: str, asked: Asked) -> bool:
    chosen = segment_of(condition)
    if chosen is None or asked.facts is None:
        return True
    facts = asked.facts._replace(amount=asked.amount_minor, plan_months=asked.plan_months)
    (judged,) = judge_rows(chosen, CheckoutFacts._fields, [facts])
    return judged.verdict.outcome is Outcome.CLEAR


def count(refused: Sequence[Minor], asked: Sequence[Minor]) -> tuple[int, Minor, int, Minor]:
    """Count what was asked and what of it was refused: numbers and sums."""
    return len(asked), sum(asked), len(refused), sum(refused)
