"""How a book judges one set of facts, step by step: every rule, every part of it, and the values seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from whiteslip.decisioning.rulebooks.model import (
    Arithmetic,
    Compare,
    Constant,
    Every,
    Fact,
    Holds,
    IsMissing,
    Not,
    OneOf,
    Predicate,
    Rule,
    RuleBook,
    Some,
    Value,
)
from whiteslip.decisioning.rulebooks.regions import facts_of
from whiteslip.decisioning.rulebooks.rules import judge
from whiteslip.decisioning.rulebooks.scalar import (
    Held,
    Row,
    Slots,
    Truth,
    compile_test,
    compile_value,
    read_row,
)
from whiteslip.decisioning.rulebooks.wording import number_text, text_of, value_text
from whiteslip.kernel.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a condition, how deep it stands, whether it held, and the values it saw."""

    depth: int
    text: str
    truth: Truth
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleExplained:
    """A rule, what it came to, the inputs for want of which it is unknown, and the steps."""

    rule: Rule
    truth: Truth
    lacking: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def says(self) -> str:
        """What the rule adds to the verdict: its outcome, "review" for doubt, or nothing."""
        if self.truth:
            return self.rule.outcome.label
        return "review" if self.truth is None and self.rule.reviews_unknown else ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict and the rules behind it, in the order of the book."""

    verdict: Verdict
    rules: tuple[RuleExplained, ...]


def explain(book: RuleBook, facts: Mapping[str, object]) -> Explanation:
    """Judge one set of facts and say how; a fact of a wrong type is `InvalidInput`."""
    row = read_row(book.inputs, facts)
    slots = {source.name: slot for slot, source in enumerate(book.inputs)}
    explained = tuple(_explain(rule, row, slots) for rule in book.rules)
    return Explanation(judge(book, facts), explained)


def _explain(rule: Rule, row: Row, slots: Slots) -> RuleExplained:
    truth = compile_test(rule.when, slots)(row)
    missing = [
        name for name in sorted(one.name for one in facts_of(rule.when)) if _lacks(row[slots[name]])
    ]
    steps = tuple(_steps(rule.when, row, slots, 0))
    return RuleExplained(rule, truth, tuple(missing) if truth is None else (), steps)


def _steps(predicate: Predicate, row: Row, slots: Slots, depth: int) -> Iterator[Step]:
    parts = _parts(predicate)
    seen = () if parts else tuple(dict.fromkeys(_seen(predicate, row, slots)))
    yield Step(depth, text_of(predicate), compile_test(predicate, slots)(row), seen)
    for part in parts:
        yield from _steps(part, row, slots, depth + 1)


def _parts(predicate: Predicate) -> tuple[Predicate, ...]:
    match predicate:
        case Every(parts) | Some(parts):
            return parts
        case Not(Every() | Some() as part):
            return (part,)
        case _:
            return ()


def _seen(predicate: Predicate, row: Row, slots: Slots) -> Iterator[str]:
    match predicate:
        case Compare(_, left, right):
            yield from _values(left, row, slots)
            yield from _values(right, row, slots)
        case OneOf(value, _) | IsMissing(value) | Holds(value):
            yield from _values(value, row, slots)
        case Not(part):
            yield from _seen(part, row, slots)
        case _:
            return


def _values(value: Value, row: Row, slots: Slots) -> Iterator[str]:
    """Tell the facts of a value, then what each calculation on them comes to, inside out."""
    match value:
        case Constant():
            return
        case Fact():
            pass
        case Arithmetic(_, left, right):
            yield from _values(left, row, slots)
            yield from _values(right, row, slots)
    yield f"{value_text(value)} {_shown(compile_value(value, slots)(row))}"


def _lacks(held: Held) -> bool:
    return held is None or held != held  # noqa: PLR0124 - NaN


def _shown(held: Held) -> str:
    if held is None or held != held:  # noqa: PLR0124 - NaN
        return "is missing"
    if isinstance(held, bool):
        return "is true" if held else "is false"
    return f"= {held!r}" if isinstance(held, str) else f"= {number_text(held)}"
