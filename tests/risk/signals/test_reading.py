"""The shipped indicators read, each with its measure; what does not fit is refused by name."""

from __future__ import annotations

from importlib import resources

import pytest

from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.signals.reading import read_catalog
from whiteslip.risk.signals.store import MEASURES, catalog


def shipped() -> str:
    file = resources.files("whiteslip.risk.signals") / "data" / "indicators.toml"
    return file.read_text("utf-8")


def test_each_indicator_has_its_measure_and_each_measure_its_indicator() -> None:
    assert set(catalog().indicators) == set(MEASURES)
    assert all(len(one.name.zh) >= 2 and one.to_do.en for one in catalog().indicators.values())


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("version = 1", "version = 1\nodd = 2", "odd"),
        ("least_count = 200 ", 'least_count = "200" ', "indicator"),
        ("yellow_ppm = 60_000", "yellow_ppm = 95_000", "indicator.roll_to_overdue.thresholds"),
        ("yellow_ppm = 400_000", "yellow_ppm = 100_000", "indicator.approvals.thresholds"),
        ('escalates_to = "portfolio"', 'escalates_to = "collections"', "escalates_to"),
        ("[indicator.approvals]", "[indicator.Approvals]", "indicator"),
        ("version = 1", "version = ", "indicators.toml"),
    ],
)
def test_what_does_not_fit_is_named(old: str, new: str, where: str) -> None:
    text = shipped()
    assert old in text

    with pytest.raises(InvalidInput) as refused:
        read_catalog(text.replace(old, new, 1))

    assert where in f"{refused.value} {refused.value.where}"
