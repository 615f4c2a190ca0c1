"""A back-test counts what a reader would count by hand, row by row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from tests.decisioning.rulebooks.random_books import (
    book_of,
    columns_of,
    random_book,
    random_rows,
    rule_of,
)

from whiteslip.decisioning.rulebooks.backtest import Backtest, Cases, Cell, backtest, count
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.rules import judge_columns, verdict_of
from whiteslip.kernel.verdict import Outcome

ROWS = 400


def random_cases(seed: int, rows: int = ROWS) -> Cases:
    generator = np.random.default_rng(seed)
    return Cases(
        columns_of(random_rows(seed, rows)),
        generator.integers(0, 2**40, rows),
        generator.random(rows) < 0.3,
        generator.random(rows) < 0.7,
    )


def by_hand(cases: Cases, chosen: Sequence[bool]) -> Cell:
    amounts, bad, mature = (
        each.tolist() for each in (cases.amount_minor, cases.is_bad, cases.is_mature)
    )
    rows = [row for row in range(len(cases)) if chosen[row]]
    ended = [row for row in rows if mature[row] and bad[row]]
    return Cell(
        len(rows),
        sum(amounts[row] for row in rows),
        sum(mature[row] for row in rows),
        len(ended),
        sum(amounts[row] for row in ended),
    )


def tried(book: RuleBook, live: RuleBook, cases: Cases) -> Backtest:
    before = judge_columns(live, cases.columns).outcome
    return backtest(book, cases, before=before, sensitivity=False)


@pytest.mark.parametrize("seed", range(12))
def test_every_cell_is_what_counting_row_by_row_gives(seed: int) -> None:
    cases, book, live = random_cases(seed), random_book(seed), random_book(seed + 1_000)
    before, after = (judge_columns(each, cases.columns) for each in (live, book))
    found = tried(book, live, cases)

    outcomes = list(zip(before.outcome.tolist(), after.outcome.tolist(), strict=True))
    for one in Outcome:
        assert found.before[one] == by_hand(cases, [was == one for was, _ in outcomes])
        assert found.after[one] == by_hand(cases, [now == one for _, now in outcomes])
        for other in Outcome:
            here = [pair == (one, other) for pair in outcomes]
            assert found.swap[one][other] == by_hand(cases, here)
    assert found.whole == by_hand(cases, [True] * ROWS)
    assert found.moved == sum(before.outcome != after.outcome)


@pytest.mark.parametrize("seed", range(12))
def test_a_rule_decides_alone_where_the_outcome_would_be_another_without_it(seed: int) -> None:
    cases, book = random_cases(seed), random_book(seed)
    verdicts = judge_columns(book, cases.columns)
    fired, unknown = verdicts.fired.tolist(), verdicts.unknown.tolist()
    found = tried(book, book, cases)

    for index, result in enumerate(found.rules):
        bit = 1 << index
        masks = zip(fired, unknown, strict=True)
        without = [verdict_of(book, fired=one & ~bit, unknown=two & ~bit) for one, two in masks]
        pairs = zip(without, verdicts.outcome.tolist(), strict=True)
        decides = [verdict.outcome != outcome for verdict, outcome in pairs]
        assert result.fired == by_hand(cases, [bool(mask & bit) for mask in fired])
        assert result.unknown == by_hand(cases, [bool(mask & bit) for mask in unknown])
        assert result.decisive == by_hand(cases, decides)
    assert found.moved == 0


def test_moved_thresholds_are_the_book_with_another_number() -> None:
    cases = random_cases(5)
    when = "n1 >= {n} and not (m1 < {m})"
    other = rule_of("b1", "other", "review")

    def judged(n: float, m: float) -> tuple[int, list[int]]:
        book = book_of(rule_of(when.format(n=n, m=m), "moving", "restrict"), other)
        verdicts = judge_columns(book, cases.columns)
        return int((verdicts.fired & np.uint64(1)).sum()), verdicts.outcome.tolist()

    book = book_of(rule_of(when.format(n=2, m=250), "moving", "restrict"), other)
    own = judge_columns(book, cases.columns).outcome
    found = backtest(book, cases, before=own).shifts

    assert {(one.rule, one.threshold) for one in found} == {
        ("moving", "n1 >= 2"),
        ("moving", "m1 < 250"),
    }
    assert [one.value for one in found if one.is_own] == [2, 250]
    for one in found:
        n, m = (one.value, 250) if one.threshold == "n1 >= 2" else (2, one.value)
        fired, outcomes = judged(n, m)
        assert one.fired.cases == fired
        assert one.outcomes_changed == sum(
            now != was for now, was in zip(outcomes, own, strict=True)
        )
    assert all(one.outcomes_changed == 0 for one in found if one.is_own)
    assert any(one.outcomes_changed > 0 for one in found)


def test_thresholds_of_whole_numbers_move_by_one_at_least() -> None:
    cases = random_cases(1, 10)
    book = book_of(rule_of("n1 >= 1"), head="default = 'clear'")

    shifts = backtest(book, cases, before=np.zeros(10, np.uint8)).shifts

    assert [one.value for one in shifts] == [0, 1, 2]


def test_amounts_too_large_for_a_double_are_summed_exactly() -> None:
    amounts = np.array([2**53, 1, 1], np.int64)
    everything = np.ones(3, np.bool_)
    cases = Cases({}, amounts, everything, everything)

    assert count(cases, everything).amount_minor == 2**53 + 2
    found = backtest(book_of(rule_of("b1")), cases, before=np.zeros(3, np.uint8))
    assert sum(cell.bad_amount_minor for cell in found.after) == 2**53 + 2


def test_what_no_case_has_is_missing_and_goes_to_review() -> None:
    everything = np.ones(5, np.bool_)
    cases = Cases({}, np.ones(5, np.int64), ~everything, everything)

    found = backtest(
        book_of(rule_of("n1 > 1", outcome="restrict")), cases, before=np.zeros(5, np.uint8)
    )

    assert found.after[Outcome.REVIEW].cases == 5
    assert found.rules[0].unknown.cases == found.rules[0].decisive.cases == 5
    assert found.whole.bad_rate == 0
    assert found.after[Outcome.SUSPEND].bad_rate is None
