"""What is refused when a book is published: each refusal names the file, the rule and the cause."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from whiteslip.decisioning.rulebooks import association
from whiteslip.decisioning.rulebooks.model import (
    Arithmetic,
    Compare,
    Constant,
    Every,
    Holds,
    Input,
    InputType,
    IsMissing,
    Not,
    OneOf,
    Predicate,
    Problem,
    Rule,
    RuleBook,
    Some,
    Value,
)
from whiteslip.decisioning.rulebooks.places import Places, did_you_mean
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

_FEW: Final = 12
"""So many facts are named to who misspelled one; of more only the nearest."""


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
    return book, _placed(book, file, _causes(book, explained))


def warnings(book: RuleBook, *, file: str) -> tuple[Problem, ...]:
    """Name what is allowed and yet looks like a mistake: an input never used, a rule that only doubts."""
    used = frozenset(source for rule in book.rules for source in facts_of(rule.when))
    places = Places(book.body)
    unused = tuple(
        Problem(file, "", f"no rule reads the input {source.name!r}", places.input(source.name))
        for source in book.inputs
        if source not in used
    )
    regions = {rule.id: _where_true(rule) for rule in book.rules}
    doubting = [
        (
            rule.id,
            f"adds nothing but its doubt: rule {by.id} holds whenever it does and says as much",
        )
        for rule, by in _shadowed(book, regions)
        if not _doubts_alike(rule, by)
    ]
    return (*unused, *_placed(book, file, iter(doubting)))


def not_supplied(
    book: RuleBook, supplied: Mapping[str, InputType], *, file: str
) -> tuple[Problem, ...]:
    """Name the inputs that nobody supplies to a book of its kind, or as another type; the book could not be run."""
    places = Places(book.body)
    return tuple(
        Problem(file, "", cause, places.input(source.name))
        for source in book.inputs
        if (cause := _not_supplied(book, source, supplied))
    )


def _not_supplied(book: RuleBook, source: Input, supplied: Mapping[str, InputType]) -> str:
    known = supplied.get(source.name)
    if known is None:
        few = len(supplied) <= _FEW
        given = (
            ", ".join(sorted(supplied))
            if few
            else f"the {len(supplied)} declared features and scores"
        )
        meant = did_you_mean(source.name, supplied)
        return f"no fact {source.name!r} is supplied to a {book.kind.value} book; it is given {given}{meant}"
    if known is not source.type:
        return (
            f"input {source.name!r} is {source.type}, but the fact supplied by that name is {known}"
        )
    return ""


def _placed(book: RuleBook, file: str, causes: Iterator[tuple[str, str]]) -> tuple[Problem, ...]:
    places = Places(book.body)
    numbers = {rule.id: number for number, rule in enumerate(book.rules, 1)}
    return tuple(
        Problem(file, rule, cause, places.rule(numbers.get(rule, 0), "" if rule else "default"))
        for rule, cause in causes
    )


def _causes(book: RuleBook, explained: Collection[ReasonCode]) -> Iterator[tuple[str, str]]:
    yield from _untold(book, explained)
    yield from association.faults(book)
    regions: dict[str, Regions | None] = {}
    for rule in book.rules:
        regions[rule.id] = _where_true(rule)
        if _never_known(rule.when):
            yield rule.id, "always unknown: it divides by what is always zero"
        elif regions[rule.id] == ():
            yield rule.id, "unreachable: its condition can never be true"
    if book.exclusive:
        yield from _overlaps(book, regions)
        return
    for rule, by in _shadowed(book, regions):
        if _doubts_alike(rule, by):
            yield rule.id, f"dead: rule {by.id} holds whenever it does and says as much"


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


def _shadowed(book: RuleBook, regions: dict[str, Regions | None]) -> Iterator[tuple[Rule, Rule]]:
    """Yield each rule that, when TRUE, adds nothing to another that is TRUE as well, with that other.

    Of two rules that say the same under the same condition the later one is told.
    """
    told: set[str] = set()
    for index, rule in reversed([*enumerate(book.rules)]):
        mine = regions[rule.id]
        if not mine:
            continue
        for place, other in enumerate(book.rules):
            if place == index or other.id in told or not _says_as_much(other, rule):
                continue
            if _covers(other, mine):
                told.add(rule.id)
                yield rule, other
                break


def _says_as_much(other: Rule, rule: Rule) -> bool:
    return other.outcome >= rule.outcome and set(rule.reasons) <= set(other.reasons)


def _doubts_alike(rule: Rule, other: Rule) -> bool:
    """Whether, when UNKNOWN, it adds nothing either: it is silent, or both are unknown on the same facts."""
    if not rule.reviews_unknown:
        return True
    plain = _is_plain(rule.when) and _is_plain(other.when)
    return plain and other.reviews_unknown and facts_of(rule.when) == facts_of(other.when)


def _is_plain(predicate: Predicate) -> bool:
    """Whether it is UNKNOWN exactly when an input of it is missing."""
    match predicate:
        case Not(part):
            return _is_plain(part)
        case Compare(_, left, right):
            return not (_divides(left) or _divides(right))
        case OneOf(value, _):
            return not _divides(value)
        case Holds():
            return True
        case _:
            return False


def _divides(value: Value) -> bool:
    match value:
        case Arithmetic(sign, left, right):
            return sign == "/" or _divides(left) or _divides(right)
        case _:
            return False


def _never_known(predicate: Predicate) -> bool:
    """Whether a part of it compares what is missing whatever the facts are."""
    match predicate:
        case Compare(_, left, right):
            return _always_missing(left) or _always_missing(right)
        case OneOf(value, _) | IsMissing(value):
            return _always_missing(value)
        case Every(parts) | Some(parts):
            return any(map(_never_known, parts))
        case Not(part):
            return _never_known(part)
        case Holds():
            return False


def _always_missing(value: Value) -> bool:
    match value:
        case Arithmetic(sign, left, right):
            zero = sign == "/" and _always_zero(right)
            return zero or _always_missing(left) or _always_missing(right)
        case _:
            return False


def _always_zero(value: Value) -> bool:
    """Whether it is zero whenever it is known, as far as its form shows: x - x, x * 0, 0 / x."""
    match value:
        case Constant(number):
            return number == 0.0
        case Arithmetic("+", left, right):
            return _always_zero(left) and _always_zero(right)
        case Arithmetic("-", left, right):
            return left == right or (_always_zero(left) and _always_zero(right))
        case Arithmetic("*", left, right):
            return _always_zero(left) or _always_zero(right)
        case Arithmetic("/", left, _):
            return _always_zero(left)
        case _:
            return False
