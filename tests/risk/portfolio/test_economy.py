"""The economy scales what was seen, and what is not known of it is said."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.risk.portfolio.test_loss import TERMS

from whiteslip.risk.portfolio.economy import Economy, economy
from whiteslip.risk.portfolio.loss import BASE, ECONOMY, Exposure, expect
from whiteslip.risk.portfolio.model import Standing

UNTIL = date(2026, 6, 30)
FLAT = [(date(2026, month, 15), 5.0) for month in range(1, 7)]
ONE = Exposure("pay-later", Standing.CURRENT, 1, 100_000_000)


def seen(values: list[tuple[date, float]] | None) -> Economy:
    return economy(TERMS.economy, values, until=UNTIL, history=6, months=3)


def test_a_series_that_stays_changes_nothing() -> None:
    assert seen(FLAT) == Economy("unemployment_rate", (1_000_000,) * 3)
    base, same, *_ = expect([ONE], [], TERMS, seen(FLAT))
    assert (base.scenario, same.scenario) == (BASE, ECONOMY)
    assert same.total == base.total


def test_a_forecast_that_was_known_is_the_path_and_its_last_value_holds() -> None:
    ahead = [*FLAT, (date(2026, 7, 15), 6.0), (date(2026, 8, 15), 7.5)]

    assert seen(ahead).worsens_ppm == (1_200_000, 1_500_000, 1_500_000)
    base, worse, *_ = expect([ONE], [], TERMS, seen(ahead))
    assert worse.total.loss_minor > base.total.loss_minor


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (None, "nobody keeps a series 'unemployment_rate'"),
        ([], "has no value by 2026-06-30"),
        ([(date(2026, 7, 1), 5.0)], "has no value by"),
        ([(date(2026, 3, 1), 5.0)], "too old"),
        ([*FLAT, (date(2026, 7, 1), 0.0)], "not above zero"),
    ],
)
def test_what_is_not_known_is_said_and_no_scenario_is_made_up(
    values: list[tuple[date, float]] | None, why: str
) -> None:
    found = seen(values)

    assert found.worsens_ppm == ()
    assert why in found.unknown
    assert found.why
    assert ECONOMY not in {each.scenario for each in expect([ONE], [], TERMS, found)}


@given(values=st.lists(st.floats(0.01, 1000), min_size=1, max_size=12))
def test_no_path_leaves_its_bounds_and_the_last_value_holds(values: list[float]) -> None:
    dated = [(date(2026, 6, 1 + place), value) for place, value in enumerate(values)]

    path = seen(dated).worsens_ppm

    assert all(TERMS.economy.least_ppm <= times <= TERMS.economy.most_ppm for times in path)
    assert len(set(path)) == 1, "no value lies ahead, so the last one holds"
