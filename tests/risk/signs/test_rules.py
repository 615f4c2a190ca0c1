"""What is seen of lines: signs make colors, one thing seen twice is one thing, and what is missing is never green."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from whiteslip.risk.signs import rules
from whiteslip.risk.signs.model import Color, Standing
from whiteslip.risk.signs.store import terms

TERMS = terms()
WELL: dict[str, float] = {
    "utilization": 0.2,
    "utilization_change_3m": 0.0,
    "minimum_only_streak": 0,
    "billed_minor": 50_000,
    "failed_debits_60d": 0,
    "later_days": 0,
    "days_to_spare": 9,
    "score_now": 0.03,
    "score_before": 0.03,
    "debts_elsewhere_change_minor": 0,
    "income_monthly_minor": 800_000,
    "enquiries_6m": 1,
    "line_age_days": 400,
    "purchases_7d": 1,
    "purchases_90d": 12,
    "spend_7d_minor": 3_000,
    "limit_minor": 500_000,
}
HELD: dict[str, dict[str, float]] = {
    "rising_use": {"utilization": 0.7, "utilization_change_3m": 0.25},
    "minimum_only": {"minimum_only_streak": 3},
    "failed_debit": {"failed_debits_60d": 1},
    "later_and_later": {"later_days": 7, "days_to_spare": 2},
    "score_drop": {"score_now": 0.10, "score_before": 0.05},
    "borrowing": {"debts_elsewhere_change_minor": 1_600_001},
    "burst": {"purchases_7d": 3, "purchases_90d": 3, "spend_7d_minor": 250_000},
}
"""What just suffices for each sign of a line that is well otherwise."""
MISSED: dict[str, dict[str, float]] = {
    "rising_use": {"utilization": 0.7, "utilization_change_3m": 0.24},
    "minimum_only": {"minimum_only_streak": 3, "billed_minor": 0},
    "failed_debit": {"failed_debits_60d": 0},
    "later_and_later": {"later_days": 7, "days_to_spare": 3},
    "score_drop": {"score_now": 0.09, "score_before": 0.01},
    "borrowing": {"debts_elsewhere_change_minor": 1_600_000, "enquiries_6m": 5},
    "burst": {"purchases_7d": 3, "purchases_90d": 4, "spend_7d_minor": 250_000},
}
"""What just does not."""


def columns(*lines: dict[str, float]) -> dict[str, NDArray[Any]]:
    every = [{**WELL, **line} for line in lines]
    return {one.name: np.array([line[one.name] for line in every]) for one in TERMS.inputs}


def seen(*lines: dict[str, float], age: float = 400) -> list[tuple[Color, tuple[str, ...]]]:
    found = rules.see(TERMS, columns(*lines), np.full(len(lines), age))
    return [
        (rules.ORDER[int(color)], rules.names_of(TERMS, int(signs)))
        for color, signs in zip(found.colors, found.signs, strict=True)
    ]


def together(*signs: str) -> dict[str, float]:
    return {name: value for sign in signs for name, value in HELD[sign].items()}


def missing(*names: str) -> dict[str, float]:
    return dict.fromkeys(names, float("nan"))


def test_every_sign_is_tried_here() -> None:
    assert set(HELD) == set(MISSED) == {sign.id for sign in TERMS.signs}
    assert {one.name for one in TERMS.inputs} == set(WELL)


@pytest.mark.parametrize("sign", HELD)
def test_a_sign_holds_from_its_threshold_on_and_not_before(sign: str) -> None:
    bits = rules.see(
        TERMS, columns(HELD[sign] | together("score_drop", "failed_debit")), np.array([400.0])
    )

    assert sign in rules.names_of(TERMS, int(bits.signs[0]))
    assert seen(MISSED[sign]) == [(Color.GREEN, ())]


def test_signs_of_several_families_make_it_worse() -> None:
    assert seen(
        {},
        HELD["minimum_only"],
        HELD["failed_debit"],
        together("failed_debit", "rising_use"),
        together("failed_debit", "score_drop", "rising_use"),
    ) == [
        (Color.GREEN, ()),
        (Color.YELLOW, ("minimum_only",)),
        (Color.YELLOW, ("failed_debit",)),
        (Color.ORANGE, ("rising_use", "failed_debit")),
        (Color.RED, ("rising_use", "failed_debit", "score_drop")),
    ]


def test_one_thing_seen_twice_is_one_thing() -> None:
    twice = together("minimum_only", "failed_debit")

    assert seen(twice) == [(Color.YELLOW, ("minimum_only", "failed_debit"))], (
        "five points, one family"
    )


def test_a_young_line_is_unknown_and_so_is_one_of_which_little_is_known() -> None:
    bad = together("failed_debit", "score_drop", "rising_use")
    dark = missing(*WELL) | {"failed_debits_60d": 0, "minimum_only_streak": 0}

    assert seen(bad, age=59) == [(Color.UNKNOWN, ())]
    assert seen({}, age=59) == [(Color.UNKNOWN, ())]
    assert seen({}, age=60) == [(Color.GREEN, ())], "the control: old enough"
    assert seen(dark) == [(Color.UNKNOWN, ())]
    assert seen(dark | missing("limit_minor") | {"later_days": 0}) == [(Color.GREEN, ())], (
        "one more"
    )
    assert seen({}, age=float("nan")) == [(Color.UNKNOWN, ())]


def test_what_is_known_to_be_bad_stays_so_though_little_else_is_known() -> None:
    dark = missing(*WELL) | HELD["failed_debit"]

    assert seen(dark) == [(Color.YELLOW, ("failed_debit",))]


@given(st.sets(st.sampled_from(sorted(WELL))), st.sets(st.sampled_from(sorted(HELD))))
def test_what_is_missing_holds_no_sign_and_makes_nothing_green(
    gone: set[str], signs: set[str]
) -> None:
    (color, found), (whole, held) = seen(together(*signs) | missing(*gone), together(*signs))

    assert set(found) <= set(held)
    assert color is Color.UNKNOWN or rules.ORDER.index(color) <= rules.ORDER.index(whole)
    if color is Color.GREEN:
        tellable = sum(1 for sign in TERMS.signs if not set(sign.reads) <= gone)
        assert tellable >= TERMS.evidence.least_known


def test_only_what_differs_from_the_last_sight_is_news() -> None:
    lines = [
        {},
        HELD["failed_debit"],
        HELD["failed_debit"],
        together("failed_debit", "rising_use"),
        {},
    ]
    facts = columns(*lines)
    keys = [(place, place * 10) for place in range(len(lines))]
    found = rules.see(TERMS, facts, np.full(len(lines), 400.0))
    yellow = Standing(Color.YELLOW, ("failed_debit",))
    before = {keys[1]: yellow, keys[3]: yellow, keys[4]: yellow, (99, 990): yellow}

    news = rules.news(TERMS, found, keys, facts, before)

    assert [(one.customer_id, one.color) for one in news] == [
        (2, Color.YELLOW),
        (3, Color.ORANGE),
        (4, Color.GREEN),
    ], "new, worse, and well again; what stays and what never was is no news"
    assert news[0].facts == {"failed_debits_60d": 1}
    assert news[2].facts == {}


def test_who_becomes_unknown_is_said_but_who_never_was_known_is_not() -> None:
    facts = columns({}, {})
    found = rules.see(TERMS, facts, np.full(2, 10.0))
    yellow = Standing(Color.YELLOW, ("failed_debit",))

    news = rules.news(TERMS, found, [(1, 1), (2, 2)], facts, {(1, 1): yellow})

    assert [(one.customer_id, one.color, one.signs) for one in news] == [(1, Color.UNKNOWN, ())]
