"""The shipped parameters read; what does not fit is refused by name."""

from __future__ import annotations

from importlib import resources

import pytest

from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.liquidity.reading import read_acting, read_terms, read_valve_terms


def shipped(name: str) -> str:
    return (resources.files("whiteslip.risk.liquidity") / "data" / name).read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("version = 1", "version = 1\nodd = 2", "odd"),
        ("horizon_days = 60", 'horizon_days = "60"', "horizon_days"),
        ("pace_weeks = 4", "pace_weeks = 5", "least_weeks"),
        ("least_weeks = 8", "least_weeks = 14", "least_weeks"),
        ("-1, 0, 1, 2", "-1, 1, 2", "buckets"),
        ("-65, -45", "-45, -65", "buckets"),
        ("paths = 200", "paths = 1", "paths"),
    ],
)
def test_what_does_not_fit_of_the_forecast_is_named(old: str, new: str, where: str) -> None:
    text = shipped("liquidity.toml")
    assert old in text

    with pytest.raises(InvalidInput) as refused:
        read_terms(text.replace(old, new, 1))

    assert refused.value.where is not None
    assert where in refused.value.where


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("releases = 2", "releases = 1", "releases"),
        ("enough_ppm = 1_400_000", "enough_ppm = 1_150_000", "enough_ppm"),
        ("share_ppm = 0", "share_ppm = 600_000", "share_ppm"),
        ('plans = "none"', 'plans = "some"', "plans"),
        ('plans = "none"', 'plans = "none"\nsegment = "zodiac = 3"', "segment"),
        ("days = 21", "days = 0", "days"),
        ("most_minor = 100_000", "most_minor = 0", "most_minor"),
        ("[[stage]]", "[[phase]]", "phase"),
    ],
)
def test_what_does_not_fit_of_the_valve_is_named(old: str, new: str, where: str) -> None:
    text = shipped("valve.toml")
    assert old in text

    with pytest.raises(InvalidInput) as refused:
        read_valve_terms(text.replace(old, new, 1))

    assert refused.value.where is not None
    assert where in refused.value.where


STATE = (
    '{"valve_id": 2, "stage": 3, "share_ppm": 0, "most_minor": null, "plans": "none", "segment": "",'
    ' "until_on": "2026-01-15"}'
)


def test_the_state_of_a_valve_is_read() -> None:
    assert read_acting(STATE).share_ppm == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"share_ppm": 0', '"share_ppm": 1000001'),
        ('"share_ppm": 0', '"share_ppm": null'),
        ('"share_ppm": 0, ', ""),
        ('"none"', '"perhaps"'),
        ('"2026-01-15"', '"2026-02-30"'),
        ('"segment": ""', '"segment": "zodiac = 3"'),
        ('"stage": 3', '"stage": 3, "odd": 1'),
        ("}", ""),
    ],
)
def test_a_state_that_does_not_fit_is_refused(old: str, new: str) -> None:
    assert old in STATE

    with pytest.raises(InvalidInput):
        read_acting(STATE.replace(old, new, 1))
