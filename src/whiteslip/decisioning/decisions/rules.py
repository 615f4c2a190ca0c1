"""Choosing what a person is told, writing the facts a book saw, and running a decision again from its record."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from whiteslip.decisioning.decisions.model import Decision
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.rules import judge
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.kernel.reason import MOST_REASONS, ReasonCode
from whiteslip.kernel.verdict import Verdict

Fact: TypeAlias = float | int | str | bool | None
_encode = msgspec.json.Encoder().encode


def choose_reasons(
    verdict: Verdict, lost: Iterable[tuple[ReasonCode, float]] = ()
) -> tuple[ReasonCode, ...]:
    """Choose at most four reasons: the book's, strictest first, its doubt in a score put into what lost the points.

    `lost` are the points lost by each variable of the scores seen, most first or not. A score is never a reason
    by itself (ECOA/Reg B practice): `DEFAULT_LIKELY` stands only where no variable can be named.
    """
    return name_factors(verdict.reasons, lost)


def name_factors(
    codes: Iterable[ReasonCode], lost: Iterable[tuple[ReasonCode, float]]
) -> tuple[ReasonCode, ...]:
    """Put what lost the points in the place of a doubt in a score among reasons; at most four, each once."""
    ranked = sorted(lost, key=lambda one: -one[1])
    named = [
        code for code, points in ranked if points > 0 and code is not ReasonCode.DEFAULT_LIKELY
    ]
    told: list[ReasonCode] = []
    for code in codes:
        told.extend(named if code is ReasonCode.DEFAULT_LIKELY and named else (code,))
    return tuple(dict.fromkeys(told))[:MOST_REASONS]


def write_facts(values: Sequence[Fact]) -> str:
    """Write the values of a book's inputs, in their order, as a JSON array; NaN is missing, as None is."""
    return _encode(values).decode()


def read_facts(text: str) -> tuple[Fact, ...]:
    """Read them back."""
    return msgspec.json.decode(text, type=tuple[Fact, ...])


def named_facts(decision: Decision, book: RuleBook) -> Mapping[str, Fact]:
    """Return the facts a decision saw by the names of the book's inputs."""
    if (book.name, book.version) != (decision.book, decision.book_version):
        raise InvariantBroken(f"{book.name} {book.version} did not take this decision")
    if len(book.inputs) != len(decision.facts):
        raise InvariantBroken(f"a decision of {book.name} {book.version} keeps other facts")
    return {source.name: fact for source, fact in zip(book.inputs, decision.facts, strict=True)}


def rerun(decision: Decision, book: RuleBook) -> Verdict:
    """Judge again what was seen, by the version of the book that judged it."""
    return judge(book, named_facts(decision, book))


def agrees(decision: Decision, verdict: Verdict) -> bool:
    """Whether a rerun gives the outcome and the rules that were stored."""
    stored = (decision.outcome, decision.fired, decision.unknown)
    return stored == (verdict.outcome, verdict.fired, verdict.unknown)


def plain(value: Fact) -> Fact:
    """Write a whole double as a whole number and NaN as None, as a reader expects to see it."""
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if value.is_integer():
            return int(value)
    return value
