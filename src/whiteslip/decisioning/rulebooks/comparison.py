"""What changed from one version of a book to another, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from whiteslip.decisioning.rulebooks.model import Rule, RuleBook
from whiteslip.decisioning.rulebooks.wording import normalize, text_of

Sort: TypeAlias = Literal["added", "removed", "changed"]


class Difference(NamedTuple):
    """One thing that differs: of the book (part "book"), an input or a rule; "" where there is none."""

    sort: Sort
    part: str
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        match self.sort:
            case "added":
                return f"+ {self.part}: {self.after}"
            case "removed":
                return f"- {self.part}: {self.before}"
            case "changed":
                return f"~ {self.part}: {self.what} {self.before} → {self.after}"


def diff(old: RuleBook, new: RuleBook) -> tuple[Difference, ...]:
    """Name every difference in what two versions do; conditions that mean the same do not differ.

    Descriptions, whys and the version's number are not compared.
    """
    return (*_heads(old, new), *_inputs(old, new), *_rules(old, new))


def _heads(old: RuleBook, new: RuleBook) -> Iterator[Difference]:
    pairs = {
        "name": (old.name, new.name),
        "kind": (old.kind.value, new.kind.value),
        "default": (_default(old), _default(new)),
        "exclusive": (str(old.exclusive).lower(), str(new.exclusive).lower()),
    }
    common = {rule.id for rule in old.rules} & {rule.id for rule in new.rules}
    orders = [[rule.id for rule in book.rules if rule.id in common] for book in (old, new)]
    pairs["order of rules"] = (", ".join(orders[0]), ", ".join(orders[1]))
    for what, (before, after) in pairs.items():
        if before != after:
            yield Difference("changed", "book", what, before, after)


def _inputs(old: RuleBook, new: RuleBook) -> Iterator[Difference]:
    before = {source.name: source.type.value for source in old.inputs}
    after = {source.name: source.type.value for source in new.inputs}
    for name in (*before, *(name for name in after if name not in before)):
        part = f"input {name}"
        if name not in after:
            yield Difference("removed", part, "type", before[name], "")
        elif name not in before:
            yield Difference("added", part, "type", "", after[name])
        elif before[name] != after[name]:
            yield Difference("changed", part, "type", before[name], after[name])


def _rules(old: RuleBook, new: RuleBook) -> Iterator[Difference]:
    before = {rule.id: rule for rule in old.rules}
    after = {rule.id: rule for rule in new.rules}
    for name, rule in before.items():
        if name not in after:
            yield Difference("removed", f"rule {name}", "rule", _whole(rule), "")
        else:
            yield from _changes(rule, after[name])
    for name, rule in after.items():
        if name not in before:
            yield Difference("added", f"rule {name}", "rule", "", _whole(rule))


def _changes(old: Rule, new: Rule) -> Iterator[Difference]:
    pairs = {
        "outcome": (old.outcome.label, new.outcome.label),
        "reasons": (_codes(old), _codes(new)),
        "unknown": (_doubt(old), _doubt(new)),
    }
    if normalize(old.when) != normalize(new.when):
        pairs = {"when": (text_of(old.when), text_of(new.when)), **pairs}
    for what, (before, after) in pairs.items():
        if before != after:
            yield Difference("changed", f"rule {old.id}", what, before, after)


def _default(book: RuleBook) -> str:
    return " ".join((book.default.label, *(code.value for code in book.default_reasons)))


def _whole(rule: Rule) -> str:
    codes = f" for {_codes(rule)}" if rule.reasons else ""
    return f"when {text_of(rule.when)}: {rule.outcome.label}{codes}, {_doubt(rule)} when unknown"


def _codes(rule: Rule) -> str:
    return ", ".join(code.value for code in rule.reasons)


def _doubt(rule: Rule) -> str:
    return "review" if rule.reviews_unknown else "no match"
