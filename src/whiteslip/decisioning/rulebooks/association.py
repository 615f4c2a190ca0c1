"""What others did is no sign against anybody: a rule that reads it needs a sign of the person's own as well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from whiteslip.decisioning.rulebooks.model import Every, Not, Predicate, Rule, RuleBook, Some
from whiteslip.decisioning.rulebooks.reads import named
from whiteslip.kernel.verdict import Outcome

OF_OTHERS: Final = frozenset({"links_to_bad", "ring_score"})
"""The facts that say what other people did whom somebody is linked to."""

NO_SIGN: Final = frozenset(
    {
        *("amount", "plan_months", "hour", "limit", "is_verified", "line_age_days"),
        *(
            "device_is_known",
            "hours_since_new_device",
            "address_is_known",
            "merchant_is_known",
            "purchases_before",
        ),
        *("age_years", "bureau_consent", "thin_file", "requested_limit", "income_monthly"),
    }
)
"""Facts that everybody has, or that are how a link is met in the first place: to be new, to be young, to buy at all."""


def faults(book: RuleBook) -> Iterator[tuple[str, str]]:
    """Name each rule by which somebody could be held to what others did, and why."""
    for rule in book.rules:
        if not named(rule.when) & OF_OTHERS:
            continue
        if rule.outcome > Outcome.REVIEW:
            yield rule.id, "what others did takes nothing away from anybody: at most a person looks"
        if not needs_own_sign(rule):
            yield (
                rule.id,
                "it can hold by what others did alone: it needs a sign of the person's own",
            )


def needs_own_sign(rule: Rule) -> bool:
    """Tell whether each way in which a rule can hold goes through a sign of the person's own."""
    return _needs(rule.when, is_so=True)


def _needs(node: Predicate, *, is_so: bool) -> bool:
    match node:
        case Not(part):
            return _needs(part, is_so=not is_so)
        case Every(parts):
            return _any_or_all(parts, is_any=is_so, is_so=is_so)
        case Some(parts):
            return _any_or_all(parts, is_any=not is_so, is_so=is_so)
        case _:
            reads = named(node)
            return not reads & OF_OTHERS and bool(reads - NO_SIGN)


def _any_or_all(parts: tuple[Predicate, ...], *, is_any: bool, is_so: bool) -> bool:
    found = [_needs(part, is_so=is_so) for part in parts]
    return any(found) if is_any else all(found)
