"""Where a condition is TRUE: alternatives of ranges over single inputs, to find what cannot happen.

What is no range of one input (arithmetic, a comparison of two inputs) is taken as possible, so a
region may be larger than the truth: what is called empty is empty for certain.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from whiteslip.decisioning.rulebooks.model import (
    MIRRORED,
    OPPOSITE,
    Arithmetic,
    Compare,
    CompareSign,
    Constant,
    Every,
    Fact,
    Holds,
    Input,
    IsMissing,
    Not,
    OneOf,
    Predicate,
    Some,
    Value,
)

MOST_ALTERNATIVES: Final = 512

Option: TypeAlias = float | str | bool
Claim: TypeAlias = tuple[Predicate, bool]


class TooComplexError(Exception):
    """The condition has more alternatives than are worth counting."""


@dataclass(frozen=True, slots=True)
class Range:
    """What one input may be; an end is (value, whether it belongs to the range)."""

    present: bool | None = None
    low: tuple[float, bool] = (-math.inf, False)
    high: tuple[float, bool] = (math.inf, False)
    only: frozenset[Option] | None = None
    never: frozenset[Option] = frozenset()

    def meet(self, other: Range) -> Range | None:
        """Return what both allow, or None when nothing is left."""
        if None not in (self.present, other.present) and self.present != other.present:
            return None
        both = Range(
            present=other.present if self.present is None else self.present,
            low=max(self.low, other.low, key=lambda end: (end[0], not end[1])),
            high=min(self.high, other.high, key=lambda end: (end[0], end[1])),
            only=_common(self.only, other.only),
            never=self.never | other.never,
        )
        return None if both.is_empty() else both

    def is_empty(self) -> bool:
        """Whether no value is left; a missing input needs none."""
        if self.present is False:
            return False
        if self.only is not None:
            return not any(self._allows(option) for option in self.only)
        if self.low[0] != self.high[0]:
            return self.low[0] > self.high[0]
        return not (self.low[1] and self.high[1]) or self.low[0] in self.never

    def _allows(self, option: Option) -> bool:
        if option in self.never:
            return False
        if isinstance(option, str | bool):
            return True
        above = option > self.low[0] or (option == self.low[0] and self.low[1])
        below = option < self.high[0] or (option == self.high[0] and self.high[1])
        return above and below


@dataclass(frozen=True, slots=True)
class Region:
    """One alternative: a range for each input it speaks of, and claims that are no ranges."""

    ranges: Mapping[Input, Range] = field(default_factory=dict[Input, Range])
    claims: frozenset[Claim] = frozenset()

    def meet(self, other: Region) -> Region | None:
        """Return where both hold, or None when that is nowhere."""
        ranges = dict(self.ranges)
        for source, wanted in other.ranges.items():
            both = ranges.get(source, Range()).meet(wanted)
            if both is None:
                return None
            ranges[source] = both
        claims = self.claims | other.claims
        if any((node, not holds) in claims for node, holds in claims):
            return None
        return Region(ranges, claims)


Regions: TypeAlias = tuple[Region, ...]


def where(predicate: Predicate, *, holds: bool) -> Regions:
    """Return the alternatives in which a predicate is TRUE (or FALSE); none = it can never be."""
    match predicate:
        case Not(part):
            return where(part, holds=not holds)
        case Every(parts):
            inner = [where(part, holds=holds) for part in parts]
            return _all_of(inner) if holds else _any_of(inner)
        case Some(parts):
            inner = [where(part, holds=holds) for part in parts]
            return _any_of(inner) if holds else _all_of(inner)
        case Holds(Fact(source)):
            return (Region({source: Range(present=True, only=frozenset({holds}))}),)
        case IsMissing(Fact(source)):
            return (Region({source: Range(present=not holds)}),)
        case OneOf(Fact(source), options):
            values = frozenset(option.value for option in options)
            wanted = Range(only=values) if holds else Range(never=values)
            return _ranged(source, replace(wanted, present=True))
        case Compare():
            return _compared(predicate, holds=holds)
        case _:
            return (_claimed(predicate, holds=holds),)


def overlap(some: Regions, others: Regions) -> bool:
    """Whether two sets of alternatives may hold at once."""
    return any(one.meet(other) is not None for one in some for other in others)


def facts_of(predicate: Predicate) -> frozenset[Input]:
    """Return every input a predicate reads."""
    match predicate:
        case Compare(_, left, right):
            return frozenset((*_facts(left), *_facts(right)))
        case OneOf(value, _) | IsMissing(value) | Holds(value):
            return frozenset(_facts(value))
        case Every(parts) | Some(parts):
            return frozenset(source for part in parts for source in facts_of(part))
        case Not(part):
            return facts_of(part)


def _compared(predicate: Compare, *, holds: bool) -> Regions:
    sign = predicate.sign if holds else OPPOSITE[predicate.sign]
    match predicate.left, predicate.right:
        case Fact(source), Constant(value):
            return _ranged(source, _range(source, sign, value))
        case Constant(value), Fact(source):
            return _ranged(source, _range(source, MIRRORED[sign], value))
        case _:
            return (_claimed(predicate, holds=holds),)


def _range(source: Input, sign: CompareSign, value: Option) -> Range:
    if sign == "=":
        return Range(present=True, only=frozenset({value}))
    if sign == "!=" or isinstance(value, str):
        return Range(present=True, never=frozenset({value}))
    number, closed = float(value), sign in ("<=", ">=")
    if source.type.is_whole and (not closed or not number.is_integer()):
        up = sign in (">", ">=")
        number, closed = _next_whole(number, up=up), True
    end = (number, closed)
    return Range(present=True, low=end) if sign in (">", ">=") else Range(present=True, high=end)


def _next_whole(number: float, *, up: bool) -> float:
    return float(math.floor(number) + 1 if up else math.ceil(number) - 1)


def _ranged(source: Input, wanted: Range) -> Regions:
    if source.type.is_whole and wanted.only is not None:
        whole = frozenset(each for each in wanted.only if float(each).is_integer())
        wanted = replace(wanted, only=whole)
    return () if wanted.is_empty() else (Region({source: wanted}),)


def _claimed(predicate: Predicate, *, holds: bool) -> Region:
    """A comparison that is known, either way, has all its inputs; so has a value that is there."""
    needed = () if isinstance(predicate, IsMissing) and holds else facts_of(predicate)
    ranges = {source: Range(present=True) for source in needed}
    if isinstance(predicate, Compare) and predicate.sign in ("!=", ">=", ">"):
        predicate = replace(predicate, sign=OPPOSITE[predicate.sign])
        holds = not holds
    return Region(ranges, frozenset({(predicate, holds)}))


def _all_of(parts: list[Regions]) -> Regions:
    regions: Regions = (Region(),)
    for part in parts:
        met = (one.meet(other) for one in regions for other in part)
        regions = _counted(tuple(region for region in met if region is not None))
    return regions


def _any_of(parts: list[Regions]) -> Regions:
    return _counted(tuple(region for part in parts for region in part))


def _counted(regions: Regions) -> Regions:
    if len(regions) > MOST_ALTERNATIVES:
        raise TooComplexError
    return regions


def _common(
    one: frozenset[Option] | None, other: frozenset[Option] | None
) -> frozenset[Option] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _facts(value: Value) -> Iterator[Input]:
    match value:
        case Fact(source):
            yield source
        case Arithmetic(_, left, right):
            yield from _facts(left)
            yield from _facts(right)
        case _:
            return
