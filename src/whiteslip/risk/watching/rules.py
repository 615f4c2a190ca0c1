"""Which restrictions a finding imposes, ends and brings back, at which level, and the decision behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from whiteslip.decisioning.decisions.model import Decision
from whiteslip.decisioning.decisions.rules import Fact, choose_reasons, name_factors, plain
from whiteslip.decisioning.rulebooks.model import Rule, RuleBook
from whiteslip.decisioning.rulebooks.rules import verdict_of
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.kernel.verdict import Outcome
from whiteslip.risk.reviews.model import Kind, NewCase, SubjectType
from whiteslip.risk.suspensions.life import State
from whiteslip.risk.suspensions.model import RESTRICTING, NewRestriction
from whiteslip.risk.suspensions.ways import Ways
from whiteslip.risk.watching.model import (
    Action,
    Cured,
    Explained,
    Explanations,
    Finding,
    Orders,
)

LEVELS = MappingProxyType(
    {Outcome.WATCH: 1, Outcome.STEP_UP: 2, Outcome.RESTRICT: 3, Outcome.SUSPEND: 4}
)
"""What each outcome of the watch book imposes; the others go to a person."""

_DAYS = MappingProxyType(
    {ReasonCode.OVERDUE: "days_past_due", ReasonCode.REPEATEDLY_LATE: "late_days_12m"}
)


def actions(book: RuleBook, findings: Iterable[Finding]) -> list[Action]:
    """Say what findings lead to; one that changes nothing is left out."""
    every = (
        Action(
            finding,
            tuple(_newly_fired(book, finding)),
            tuple(_cured(book, finding)),
            tuple(_relapsed(book, finding)),
            tuple(_asking(book, finding)),
        )
        for finding in findings
    )
    return [one for one in every if one.imposes or one.lifts or one.relapses or one.asks]


def takes_buying(action: Action) -> bool:
    """Tell whether an action takes the buying from a line that has it."""
    may_buy = action.finding.level < RESTRICTING
    return may_buy and any(LEVELS[rule.outcome] >= RESTRICTING for rule in action.imposes)


def numbers_needed(acting: Iterable[Action]) -> int:
    """Count the numbers of actions: a notice, a decision and each restriction."""
    return sum(2 + len(one.imposes) for one in acting)


def orders(
    book: RuleBook,
    acting: Sequence[Action],
    numbers: Sequence[int],
    ways: Ways,
    *,
    proposing: bool,
    on: date,
    at: datetime,
    explained: Explanations = MappingProxyType({}),
) -> Orders:
    """Write down what is to be done, each thing under a number of its own.

    Where a run is `proposing`, what would take the buying from a line is only proposed, with all that is new on it.
    A doubt in a score is told as what weighed in it, as far as it is `explained`.
    """
    left = iter(numbers)
    given = Orders([], [], [], [], [], [])
    for finding, imposes, lifts, relapses, asks in acting:
        notice_id, decision_id = next(left), next(left)
        owner = (finding.customer_id, finding.line_id)
        why = explained.get(owner)
        given.notice_ids.append(notice_id)
        given.decisions.append(decide(book, finding, decision_id, on=on, at=at, explained=why))
        if asks:
            given.cases.append(case_of(book, finding, decision_id, asks))
        given.cured.extend(Cured(*owner, rule_id, decision_id) for rule_id in lifts)
        given.relapsed.extend(Cured(*owner, rule_id, decision_id) for rule_id in relapses)
        may_buy = finding.level < RESTRICTING
        taking = may_buy and any(LEVELS[rule.outcome] >= RESTRICTING for rule in imposes)
        state = State.PROPOSED if proposing and taking else State.ACTIVE
        for rule in imposes:
            way = ways.out_of(rule.reasons)
            given.imposed.append(
                NewRestriction(
                    finding.customer_id,
                    next(left),
                    finding.line_id,
                    LEVELS[rule.outcome],
                    book.name,
                    book.version,
                    rule.id,
                    reasons(rule, named(book, finding), why),
                    way.way_out,
                    notice_id,
                    way.cure,
                    way.probation_days,
                    way.review_days,
                    state,
                    decision_id,
                )
            )
    return given


def decide(
    book: RuleBook,
    finding: Finding,
    decision_id: int,
    *,
    on: date,
    at: datetime,
    explained: Explained | None = None,
) -> Decision:
    """Write the decision behind what is done to a line: all that was seen and said, what could not be known as well."""
    verdict = verdict_of(book, fired=finding.fired, unknown=finding.unknown)
    return Decision(
        customer_id=finding.customer_id,
        decision_id=decision_id,
        book=book.name,
        book_version=book.version,
        outcome=verdict.outcome,
        fired=finding.fired,
        unknown=finding.unknown,
        facts=finding.seen,
        reasons=choose_reasons(verdict, explained.lost if explained else ()),
        scores=(explained.seen,) if explained else (),
        decided_on=on,
        decided_at=at,
    )


def named(book: RuleBook, finding: Finding) -> dict[str, Fact]:
    """Return what was seen by the names of the book's inputs."""
    return {source.name: fact for source, fact in zip(book.inputs, finding.seen, strict=True)}


def reasons(
    rule: Rule, facts: Mapping[str, Fact], explained: Explained | None = None
) -> tuple[Reason, ...]:
    """Give a rule's reasons with the facts their texts need, as far as the book sees them.

    In the place of a doubt in a score stands what weighed in it on its day; what is no longer so is left out, and so
    is what was missing, which restricts nobody. Where nothing is left to be named the doubt itself stands.
    """
    lost = () if explained is None else explained.lost
    codes = name_factors(rule.reasons, (one for one in lost if _holds_still(one[0], facts)))
    return tuple(Reason(code, told_facts(code, facts)) for code in codes)


def _holds_still(code: ReasonCode, facts: Mapping[str, Fact]) -> bool:
    if code is ReasonCode.OVERDUE:
        return facts.get("days_past_due") != 0
    return code is not ReasonCode.DATA_MISSING


def doubts_score(action: Action) -> bool:
    """Tell whether what is done to a line rests on a doubt in its score, which is to be told as what weighed in it."""
    return any(ReasonCode.DEFAULT_LIKELY in rule.reasons for rule in action.imposes)


def case_of(book: RuleBook, finding: Finding, decision_id: int, asks: Sequence[Rule]) -> NewCase:
    """Make the case in which a person looks whether it is fraud: with the rules that ask, and all that was seen."""
    evidence = {
        "decision": {
            "book": book.name,
            "version": book.version,
            "level": finding.level,
            "rules": [rule.id for rule in asks],
            "reasons": [code.value for rule in asks for code in rule.reasons],
            "facts": {name: plain(fact) for name, fact in named(book, finding).items()},
        }
    }
    return NewCase(
        finding.customer_id,
        Kind.FRAUD,
        SubjectType.DECISION,
        decision_id,
        evidence,
        f"{book.name} book",
        finding.line_id,
    )


def told_facts(code: ReasonCode, facts: Mapping[str, Fact]) -> dict[str, str | int]:
    """Choose of the facts a book saw what the text of a reason names: days, or a percentage."""
    if code is ReasonCode.HIGH_UTILIZATION:
        share = facts.get("utilization")
        return {"percent": round(share * 100)} if isinstance(share, int | float) else {}
    days = facts.get(_DAYS.get(code, ""))
    return {"days": int(days)} if isinstance(days, int | float) and days > 0 else {}


def _newly_fired(book: RuleBook, finding: Finding) -> Iterator[Rule]:
    """Name the rules that fire and have no restriction of their level yet."""
    new = finding.fired & ~finding.standing
    return (rule for bit, rule in _acting(book) if new & bit)


def _cured(book: RuleBook, finding: Finding) -> Iterator[str]:
    """Name the rules whose restriction may end by itself though they fire no more, or no longer at its level.

    What cannot be known cures nothing, where the rule asks for review.
    """
    over = finding.curable & ~finding.fired
    doubted = {
        rule.id for bit, rule in _acting(book) if finding.unknown & bit and rule.reviews_unknown
    }
    ended = (rule.id for bit, rule in _acting(book) if over & bit)
    return (rule_id for rule_id in (*ended, *finding.gone) if rule_id not in doubted)


def _relapsed(book: RuleBook, finding: Finding) -> Iterator[str]:
    """Name the rules that fire again while what they imposed is on probation."""
    again = finding.probation & finding.fired
    return (rule.id for bit, rule in _acting(book) if again & bit)


def _asking(book: RuleBook, finding: Finding) -> Iterator[Rule]:
    """Name the rules that fire and ask a person whether it is fraud, where no such case is open."""
    fired = finding.fired if finding.is_unasked else 0
    return (rule for bit, rule in asking(book) if fired & bit)


def asking(book: RuleBook) -> Iterator[tuple[int, Rule]]:
    """Name the rules that ask for a person's look for a reason of fraud, each with its bit."""
    return (
        (1 << n, rule)
        for n, rule in enumerate(book.rules)
        if rule.outcome is Outcome.REVIEW and any(code.startswith("FRD-") for code in rule.reasons)
    )


def _acting(book: RuleBook) -> Iterator[tuple[int, Rule]]:
    return ((1 << n, rule) for n, rule in enumerate(book.rules) if rule.outcome in LEVELS)
