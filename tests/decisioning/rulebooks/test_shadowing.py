"""Differences of two versions: counted over columns as one would by hand, and the same from grouped masks."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decisioning.rulebooks.random_books import (
    book_of,
    columns_of,
    random_book,
    random_rows,
    rule_of,
)

from whiteslip.decisioning.rulebooks import shadowing
from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.rules import Verdicts, judge_columns
from whiteslip.decisioning.rulebooks.shadowing import (
    Differences,
    MaskGroup,
    OutcomePair,
    RulePair,
    group_differences,
    shadow_differences,
)
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.verdict import Outcome

SEEDS = st.integers(0, 2**32)


def by_hand(live: Verdicts, shadow: Verdicts) -> Differences:
    """Row by row, with the rules named."""
    outcomes: Counter[tuple[Outcome, Outcome]] = Counter()
    rules: dict[str, list[int]] = {}
    for one, other in zip(live, shadow, strict=True):
        outcomes[one.outcome, other.outcome] += 1
        here, there = names(live.book, one.fired), names(shadow.book, other.fired)
        for rule in here | there:
            counts = rules.setdefault(rule, [0, 0, 0])
            counts[0 if rule in here & there else 1 if rule in here else 2] += 1
    order = [rule.id for rule in (*shadow.book.rules, *live.book.rules)]
    return Differences(
        live.book.version,
        shadow.book.version,
        tuple(OutcomePair(*pair, rows) for pair, rows in sorted(outcomes.items())),
        tuple(RulePair(rule, *rules[rule]) for rule in dict.fromkeys(order) if rule in rules),
    )


def names(book: RuleBook, mask: int) -> set[str]:
    return {rule.id for index, rule in enumerate(book.rules) if mask >> index & 1}


def grouped(live: Verdicts, shadow: Verdicts) -> list[MaskGroup]:
    rows = zip(
        live.fired.tolist(),
        shadow.fired.tolist(),
        live.outcome.tolist(),
        shadow.outcome.tolist(),
        strict=True,
    )
    return [MaskGroup(*masks, rows) for masks, rows in Counter(rows).items()]


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_counts_are_those_made_by_hand(seed: int) -> None:
    rows = columns_of(random_rows(seed, 300))
    live, shadow = (judge_columns(random_book(seed + n), rows) for n in (0, 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shadowing, "_CHUNK", 77)
        found = shadow_differences(live, shadow)

    assert found == by_hand(live, shadow)
    assert group_differences(live.book, shadow.book, grouped(live, shadow)) == found
    assert found.rows == 300
    assert found.changed == int((live.outcome != shadow.outcome).sum())


def test_rules_are_matched_by_id_wherever_they_stand() -> None:
    live = book_of(rule_of("n1 > 1", "a"), rule_of("n1 > 2", "b", "restrict"))
    shadow = book_of(rule_of("n1 > 3", "b", "restrict"), rule_of("n1 > 0", "c"))
    column = {"n1": Column(np.array([0, 1, 2, 3, 4]))}

    found = shadow_differences(judge_columns(live, column), judge_columns(shadow, column))

    assert found.rules == (RulePair("b", 1, 1, 0), RulePair("c", 0, 0, 4), RulePair("a", 0, 3, 0))
    assert found.outcomes == (
        OutcomePair(Outcome.CLEAR, Outcome.CLEAR, 1),
        OutcomePair(Outcome.CLEAR, Outcome.WATCH, 1),
        OutcomePair(Outcome.WATCH, Outcome.WATCH, 1),
        OutcomePair(Outcome.RESTRICT, Outcome.WATCH, 1),
        OutcomePair(Outcome.RESTRICT, Outcome.RESTRICT, 1),
    )
    assert found.changed == 2


def test_sixty_two_rules_and_no_rows() -> None:
    book = book_of(*(rule_of(f"n1 >= {n}", f"r{n}") for n in range(62)))
    all_fire = judge_columns(book, {"n1": Column(np.array([61]))})
    none = judge_columns(book, {"n1": Column(np.array([], np.int64))})

    assert [rule.both for rule in shadow_differences(all_fire, all_fire).rules] == [1] * 62
    assert shadow_differences(none, none) == Differences(1, 1, (), ())
    assert group_differences(book, book, []) == Differences(1, 1, (), ())


def test_verdicts_on_different_rows_are_refused() -> None:
    book = book_of(rule_of("n1 > 1"))
    one, two = (judge_columns(book, {"n1": Column(np.arange(n))}) for n in (1, 2))

    with pytest.raises(InvalidInput, match="1 rows were judged by one version, 2 by the other"):
        shadow_differences(one, two)
