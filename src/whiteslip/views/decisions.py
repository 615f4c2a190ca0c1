"""One decision as it was taken: what it saw, which rules spoke, what was told, and whether it comes out so again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isclose
from typing import Any, NamedTuple

from whiteslip.care.notices import rules as notices
from whiteslip.care.notices.model import ReasonText
from whiteslip.care.notices.store import catalog
from whiteslip.decisioning.decisions import rules, store
from whiteslip.decisioning.decisions.model import Decision, ScoreSeen
from whiteslip.decisioning.decisions.rules import Fact
from whiteslip.decisioning.decisions.scoring import Anatomy, take_apart
from whiteslip.decisioning.models import store as models
from whiteslip.decisioning.models.model import NoModel
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.wording import text_of
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.infra.database import Connection
from whiteslip.kernel import ids
from whiteslip.kernel.errors import InvalidInput, InvariantBroken, NotFound
from whiteslip.kernel.ids import OwnedId
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.kernel.verdict import Verdict
from whiteslip.risk.watching.rules import told_facts

PREFIXES = ("dec", "pur", "app")
"""A decision about a purchase or an application has its number."""
SAME_SCORE = 1e-9


class FactSeen(NamedTuple):
    """A fact by its name; None is missing."""

    name: str
    type: str
    value: Fact


class RuleSeen(NamedTuple):
    """A rule that fired or could not be known, in its words."""

    rule: str
    state: str
    outcome: str
    when: str
    why: str
    reasons: tuple[ReasonCode, ...]


class ScoreShown(NamedTuple):
    """A score that was among the facts; `again` is what its card gives now, None where it is no card that is kept."""

    seen: ScoreSeen
    again: float | None


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision and its rerun; `disagreements` is empty when everything comes out as it was stored."""

    decision: Decision
    facts: tuple[FactSeen, ...]
    rules: tuple[RuleSeen, ...]
    reasons: tuple[ReasonText, ...]
    scores: tuple[ScoreShown, ...]
    disagreements: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether the rerun gives what was stored."""
        return not self.disagreements

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types."""
        decision = self.decision
        return {
            "decision_id": ids.write("dec", decision.customer_id, decision.decision_id),
            "customer_id": ids.write("cus", decision.customer_id),
            "book": decision.book,
            "book_version": decision.book_version,
            "outcome": decision.outcome.label,
            "decided_on": decision.decided_on.isoformat(),
            "decided_at": decision.decided_at.isoformat(),
            "facts": {fact.name: fact.value for fact in self.facts},
            "rules": [each._asdict() for each in self.rules],
            "reasons": [
                {
                    "code": text.code,
                    **{name: getattr(text, name)._asdict() for name in ("says", "next", "right")},
                }
                for text in self.reasons
            ],
            "scores": [{**each.seen._asdict(), "again": each.again} for each in self.scores],
            "agrees": self.agrees,
            "disagreements": list(self.disagreements),
        }


def read_id(text: str) -> OwnedId:
    """Read the id of a decision, or of the purchase or application it was about."""
    prefix = text.split("_", 1)[0]
    return ids.read_owned(text, prefix if prefix in PREFIXES else PREFIXES[0])


def explain(db: Connection, decision_id: OwnedId) -> DecisionView:
    """Show a decision and run it again from what it kept, by the versions of book and cards that took it."""
    found = store.read_decisions(db, [decision_id]).get(decision_id)
    if found is None:
        raise NotFound(f"there is no decision {ids.write('dec', *decision_id)}")
    book = rulebooks.version_of(db, found.book, found.book_version)
    scores = [(seen, _again(db, seen)) for seen in found.scores]
    return DecisionView(
        decision=found,
        facts=_facts(found, book),
        rules=_rules(found, book),
        reasons=_told(found, book),
        scores=tuple(
            ScoreShown(seen, None if again is None else again.points) for seen, again in scores
        ),
        disagreements=tuple(_disagreements(found, book, scores)),
    )


def _facts(decision: Decision, book: RuleBook) -> tuple[FactSeen, ...]:
    pairs = zip(book.inputs, decision.facts, strict=False)
    return tuple(FactSeen(source.name, source.type, rules.plain(fact)) for source, fact in pairs)


def _rules(decision: Decision, book: RuleBook) -> tuple[RuleSeen, ...]:
    masks = {"fired": decision.fired, "unknown": decision.unknown}
    return tuple(
        RuleSeen(rule.id, state, rule.outcome.label, text_of(rule.when), rule.why, rule.reasons)
        for index, rule in enumerate(book.rules)
        for state, mask in masks.items()
        if mask >> index & 1
    )


def _told(decision: Decision, book: RuleBook) -> tuple[ReasonText, ...]:
    """Put the reasons into words, with the facts of theirs that the decision saw."""
    named = {source.name: fact for source, fact in zip(book.inputs, decision.facts, strict=False)}
    return tuple(
        notices.explain(catalog(), Reason(code, told_facts(code, named)))
        for code in decision.reasons
    )


def _again(db: Connection, seen: ScoreSeen) -> Anatomy | None:
    """Score again what a card saw; as when it was decided, a value that is missing lost its points for that."""
    try:
        card = models.load(db, seen.model, seen.version)
    except NoModel:
        return None
    if not isinstance(card, Scorecard):
        return None
    return take_apart(card, seen.facts)


def _disagreements(
    decision: Decision, book: RuleBook, scores: list[tuple[ScoreSeen, Anatomy | None]]
) -> list[str]:
    """Say in what a rerun differs; a record that cannot be run again differs in that."""
    try:
        verdict = rules.rerun(decision, book)
    except (InvariantBroken, InvalidInput) as error:
        return [f"it cannot be run again: {error}"]
    found: list[str] = []
    if not rules.agrees(decision, verdict):
        found += _differences(decision, book, verdict)
    found += [
        f"{seen.model} {seen.version} gave {seen.value!r}, and now {again.points!r}"
        for seen, again in scores
        if again is not None and not isclose(again.points, seen.value, abs_tol=SAME_SCORE)
    ]
    lost = [pair for _, again in scores if again is not None for pair in again.lost]
    told = rules.choose_reasons(verdict, lost)
    known = all(again is not None for _, again in scores)
    if told != decision.reasons and (known or ReasonCode.DEFAULT_LIKELY not in verdict.reasons):
        found.append(f"the reasons were {_codes(decision.reasons)}, and now {_codes(told)}")
    return found


def _differences(decision: Decision, book: RuleBook, verdict: Verdict) -> list[str]:
    found: list[str] = []
    if decision.outcome != verdict.outcome:
        found.append(f"the outcome was {decision.outcome.label}, and now {verdict.outcome.label}")
    for state, stored, again in (
        ("fired", decision.fired, verdict.fired),
        ("unknown", decision.unknown, verdict.unknown),
    ):
        if stored != again:
            found.append(f"{state} were {_names(book, stored)}, and now {_names(book, again)}")
    return found


def _names(book: RuleBook, mask: int) -> str:
    names = [rule.id for index, rule in enumerate(book.rules) if mask >> index & 1]
    beyond = [f"bit {index}" for index in range(len(book.rules), 64) if mask >> index & 1]
    return ", ".join((*names, *beyond)) or "none"


def _codes(codes: Iterable[ReasonCode]) -> str:
    return " ".join(codes) or "none"
