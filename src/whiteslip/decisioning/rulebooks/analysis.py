"""What is refused when a book is published: each refusal names the file, the rule and the cause."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from whiteslip.decisioning.rulebooks.model import Problem, Rule, RuleBook
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.decisioning.rulebooks.regions import (
    Regions,
    TooComplexError,
    facts_of,
    overlap,
    where,
)
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome


def accept(body: str, *, file: str, explained: Collection[ReasonCode]) -> RuleBook:
    """Return the book, or raise `InvalidInput` with every problem, one a line."""
    book, problems = examine(body, file=file, explained=explained)
    if book is None or problems:
        raise InvalidInput("\n".join(map(str, problems)), where=file)
    return book


def examine(
    body: str, *, file: str, explained: Collection[ReasonCode]
) -> tuple[RuleBook | None, tuple[Problem, ...]]:
    """Find every problem of a book; `explained` are the reasons that have a text for customers."""
    book, problems = read(body, file=file)
    if book is None:
        return None, problems
    return book, tuple(Problem(file, rule, cause) for rule, cause in _causes(book, explained))


def _causes(book: RuleBook, explained: Collection[ReasonCode]) -> Iterator[tuple[str, str]]:
    yield from _untold(book, explained)
    regions: dict[str, Regions | None] = {}
    for rule in book.rules:
        regions[rule.id] = _where_true(rule)
        if regions[rule.id] == ():
            yield rule.id, "unreachable: its condition can never be true"
    if book.exclusive:
        yield from _overlaps(book, regions)


def _untold(book: RuleBook, explained: Collection[ReasonCode]) -> Iterator[tuple[str, str]]:
    if book.default >= Outcome.WATCH and not book.default_reasons:
        yield "", f"the default is {book.default.label} and has no reason (default_reasons)"
    told = [("", book.default_reasons), *((rule.id, rule.reasons) for rule in book.rules)]
    for rule in book.rules:
        if rule.outcome >= Outcome.WATCH and not rule.reasons:
            yield rule.id, f"the outcome {rule.outcome.label} has no reason"
        if rule.reviews_unknown:
            told.append((rule.id, (ReasonCode.DATA_MISSING,)))
    for where_told, codes in told:
        for code in codes:
            if code not in explained:
                yield where_told, f"reason {code.value} has no text for customers"


def _where_true(rule: Rule) -> Regions | None:
    try:
        return where(rule.when, holds=True)
    except TooComplexError:
        return None


def _overlaps(book: RuleBook, regions: dict[str, Regions | None]) -> Iterator[tuple[str, str]]:
    for index, rule in enumerate(book.rules):
        for earlier in book.rules[:index]:
            mine, theirs = regions[rule.id], regions[earlier.id]
            if mine is None or theirs is None:
                yield rule.id, f"too complex to prove that it never meets rule {earlier.id}"
            elif mine and _covers(earlier, mine):
                yield rule.id, f"unreachable: rule {earlier.id} holds whenever it does"
            elif overlap(mine, theirs):
                yield rule.id, f"overlaps rule {earlier.id}, but the book is exclusive"


def _covers(earlier: Rule, mine: Regions) -> bool:
    """Whether the earlier rule is TRUE in all of these: never FALSE there, and always known."""
    try:
        otherwise = where(earlier.when, holds=False)
    except TooComplexError:
        return False
    needed = facts_of(earlier.when)
    plain = not any(region.claims for region in otherwise)
    known = all(
        source in region.ranges and region.ranges[source].present
        for region in mine
        for source in needed
    )
    return plain and known and not overlap(mine, otherwise)
