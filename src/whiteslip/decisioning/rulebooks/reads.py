"""Which inputs each rule of a book reads: what else changes cannot change what it says."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import cast

from whiteslip.decisioning.rulebooks.model import Input, RuleBook
from whiteslip.kernel.verdict import Outcome


@lru_cache(maxsize=16)
def inputs_by_rule(book: RuleBook) -> tuple[frozenset[str], ...]:
    """Name the inputs each rule reads, in the order of the rules."""
    return tuple(named(rule.when) for rule in book.rules)


def may_change(
    book: RuleBook, fired: int, changed: frozenset[str], *, least: Outcome = Outcome.RESTRICT
) -> bool:
    """Tell whether other values of some inputs might silence every rule that fired with at least some outcome."""
    reads = inputs_by_rule(book)
    return all(
        reads[number] & changed
        for number, rule in enumerate(book.rules)
        if (fired >> number) & 1 and rule.outcome >= least
    )


def named(node: object) -> frozenset[str]:
    """Name the inputs read anywhere in a condition or a part of one."""
    if isinstance(node, Input):
        return frozenset({node.name})
    if isinstance(node, tuple):
        parts = cast("tuple[object, ...]", node)
        return frozenset[str]().union(*map(named, parts))
    if is_dataclass(node):
        return frozenset[str]().union(*(named(getattr(node, one.name)) for one in fields(node)))
    return frozenset()
