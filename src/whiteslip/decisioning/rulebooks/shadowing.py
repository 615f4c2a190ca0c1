"""What a version in shadow would have done otherwise: verdicts of two versions of a book on the same rows, counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.rulebooks.model import MOST_RULES, RuleBook
from whiteslip.decisioning.rulebooks.rules import Verdicts
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.verdict import Outcome

_Counts: TypeAlias = NDArray[np.int64]
_WAYS: Final = len(Outcome)
_CHUNK: Final = 65_536


class OutcomePair(NamedTuple):
    """How many rows had one outcome by the live version and another, or the same, by the shadow."""

    live: Outcome
    shadow: Outcome
    rows: int


class RulePair(NamedTuple):
    """How often a rule fired: in both versions, only in the live one, only in the shadow."""

    rule_id: str
    both: int
    only_live: int
    only_shadow: int


class Differences(NamedTuple):
    """Counts of one batch; outcomes that did not occur and rules that fired nowhere are left out."""

    live_version: int
    shadow_version: int
    outcomes: tuple[OutcomePair, ...]
    rules: tuple[RulePair, ...]

    @property
    def rows(self) -> int:
        """How many rows were judged by both."""
        return sum(pair.rows for pair in self.outcomes)

    @property
    def changed(self) -> int:
        """How many of them would have ended otherwise."""
        return sum(pair.rows for pair in self.outcomes if pair.live is not pair.shadow)


class MaskGroup(NamedTuple):
    """Rows of a set statement on which two versions had the same masks; outcomes are numbers."""

    live_fired: int
    shadow_fired: int
    live_outcome: int
    shadow_outcome: int
    rows: int


def shadow_differences(live: Verdicts, shadow: Verdicts) -> Differences:
    """Count where two versions differ on the same rows; rules are matched by their ids."""
    if len(live) != len(shadow):
        raise InvalidInput(
            f"{len(live)} rows were judged by one version, {len(shadow)} by the other"
        )
    outcomes = live.outcome.astype(np.int64) * _WAYS + shadow.outcome
    counts = np.bincount(outcomes, minlength=_WAYS * _WAYS)
    columns = _columns(live.book, shadow.book)
    fired = _fired(columns, live.fired, shadow.fired)
    return _differences(live.book, shadow.book, counts, fired)


def group_differences(live: RuleBook, shadow: RuleBook, groups: Sequence[MaskGroup]) -> Differences:
    """Count the same from the groups a set statement returns."""
    table = np.array(groups, np.int64).reshape(len(groups), 5)
    rows = table[:, 4]
    counts = np.zeros(_WAYS * _WAYS, np.int64)
    np.add.at(counts, table[:, 2] * _WAYS + table[:, 3], rows)
    columns = _columns(live, shadow)
    one, other = (
        _bits(table[:, n].astype(np.uint64))[:, place] for n, place in enumerate(columns[1:])
    )
    fired = (one & other, one, other)
    both, one_all, other_all = (rows @ each.astype(np.int64) for each in fired)
    return _differences(live, shadow, counts, (both, one_all, other_all))


def _fired(
    columns: tuple[Any, _Counts, _Counts], live: NDArray[np.uint64], shadow: NDArray[np.uint64]
) -> tuple[_Counts, _Counts, _Counts]:
    """Count the rules that fired in both, in the live version and in the shadow."""
    _, here, there = columns
    both = one_all = other_all = np.zeros(len(here), np.int64)
    for start in range(0, len(live), _CHUNK):
        part = slice(start, start + _CHUNK)
        one, other = _bits(live[part])[:, here], _bits(shadow[part])[:, there]
        both = both + np.count_nonzero(one & other, axis=0)
        one_all = one_all + np.count_nonzero(one, axis=0)
        other_all = other_all + np.count_nonzero(other, axis=0)
    return both, one_all, other_all


def _bits(masks: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Spread masks into a column a rule; the last ones belong to no rule and hold nothing."""
    octets = np.ascontiguousarray(masks, "<u8").view(np.uint8).reshape(len(masks), 8)
    return np.unpackbits(octets, axis=1, bitorder="little")


def _columns(live: RuleBook, shadow: RuleBook) -> tuple[tuple[str, ...], _Counts, _Counts]:
    """Name the rules of both, and say in which column of each version a rule stands; the empty one if in none."""
    places = [{rule.id: n for n, rule in enumerate(book.rules)} for book in (live, shadow)]
    ids = tuple(dict.fromkeys((*places[1], *places[0])))
    here, there = (
        np.array([place.get(one, MOST_RULES) for one in ids], np.int64) for place in places
    )
    return ids, here, there


def _differences(
    live: RuleBook, shadow: RuleBook, outcomes: _Counts, fired: tuple[_Counts, _Counts, _Counts]
) -> Differences:
    """Put counts by outcome, and by rule in both versions, in the live one and in the shadow, into words."""
    both, one, other = fired
    ids, _, _ = _columns(live, shadow)
    rules = zip(ids, both.tolist(), (one - both).tolist(), (other - both).tolist(), strict=True)
    pairs = ((*divmod(place, _WAYS), rows) for place, rows in enumerate(outcomes.tolist()) if rows)
    return Differences(
        live.version,
        shadow.version,
        tuple(OutcomePair(Outcome(here), Outcome(there), rows) for here, there, rows in pairs),
        tuple(RulePair(*rule) for rule in rules if any(rule[1:])),
    )
