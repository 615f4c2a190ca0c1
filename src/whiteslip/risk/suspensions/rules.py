"""Which restrictions a finding imposes and lifts, at which level, and the way out of each."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from whiteslip.decisioning.rulebooks.model import Rule, RuleBook
from whiteslip.kernel.reason import MOST_REASONS, Fact, Reason, ReasonCode
from whiteslip.kernel.verdict import Outcome
from whiteslip.risk.suspensions.model import Finding

APPEAL_ROUTE = "appeal"

LEVELS = MappingProxyType(
    {Outcome.WATCH: 1, Outcome.STEP_UP: 2, Outcome.RESTRICT: 3, Outcome.SUSPEND: 4}
)
"""What each outcome of the watch book imposes; the others go to a person."""

WAYS_OUT = MappingProxyType(
    {
        ReasonCode.OVERDUE: "pay_overdue",
        ReasonCode.REPEATEDLY_LATE: "pay_on_time",
        ReasonCode.HIGH_UTILIZATION: "lower_utilization",
    }
)
"""How a restriction ends by what its owner does; where nothing does, by review."""


def newly_fired(book: RuleBook, finding: Finding) -> Iterator[Rule]:
    """Name the rules that fire and have no active restriction yet."""
    return _rules(book, finding.fired & ~finding.active)


def no_longer_fired(book: RuleBook, finding: Finding) -> Iterator[Rule]:
    """Name the rules whose restriction is active though they fire no more: the cure."""
    return _rules(book, finding.active & ~finding.fired)


def reasons(rule: Rule, finding: Finding) -> tuple[Reason, ...]:
    """Give a rule's reasons with the facts their texts need."""
    return tuple(Reason(code, _facts(code, finding)) for code in rule.reasons[:MOST_REASONS])


def way_out(code: ReasonCode) -> str:
    """Name the way out of a restriction imposed for a reason."""
    return WAYS_OUT.get(code, "review")


def _rules(book: RuleBook, mask: int) -> Iterator[Rule]:
    return (
        rule
        for index, rule in enumerate(book.rules)
        if mask >> index & 1 and rule.outcome in LEVELS
    )


def _facts(code: ReasonCode, finding: Finding) -> dict[str, Fact]:
    match code:
        case ReasonCode.OVERDUE:
            return {"days": finding.days_past_due}
        case ReasonCode.REPEATEDLY_LATE:
            return {"days": finding.late_days_12m}
        case ReasonCode.HIGH_UTILIZATION if finding.utilization is not None:
            return {"percent": round(finding.utilization * 100)}
        case _:
            return {}
