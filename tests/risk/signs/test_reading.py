"""The shipped signs read; what does not fit is refused by name."""

from __future__ import annotations

from importlib import resources

import pytest

from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.signs.model import Color
from whiteslip.risk.signs.reading import read_terms
from whiteslip.risk.signs.store import readable, terms


def shipped() -> str:
    file = resources.files("whiteslip.risk.signs") / "data" / "signs.toml"
    return file.read_text("utf-8")


def test_what_is_told_is_there_in_both_languages_and_accuses_nobody() -> None:
    for sign in terms().signs:
        assert len(sign.told.zh) >= 6
        assert not any(word in sign.told.zh for word in ("风险", "异常", "可疑", "违约"))
        assert not any(word in sign.told.en for word in ("risk", "suspicious", "default", "score"))
    assert set(terms().steps) == {Color.YELLOW, Color.ORANGE, Color.RED}


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("version = 1", "version = 1\nodd = 2", "odd"),
        ("failed_debits_60d >= 1", "failed_debits >= 1", "sign.failed_debit.when"),
        ("failed_debits_60d >= 1", "failed_debits_60d >=", "sign.failed_debit.when"),
        ("orange = { points = 4", "orange = { points = 9", "colors"),
        ("families = 3 }", "families = 9 }", "colors"),
        ("least_known = 3", "least_known = 9", "evidence.least_known"),
        ('colors = ["yellow"', 'colors = ["green"', "help.colors"),
        ('owner = "care"', "owner = 3", "owner"),
        ("points = 2", "points = 0", "points"),
    ],
)
def test_what_does_not_fit_is_named(old: str, new: str, where: str) -> None:
    text = shipped()
    assert old in text

    with pytest.raises(InvalidInput) as refused:
        read_terms(text.replace(old, new, 1), readable())

    assert where in f"{refused.value} {refused.value.where}"
