"""Words, amounts and dates in two languages."""

from __future__ import annotations

import re
from datetime import date
from importlib import resources
from string import Formatter

import pytest

from whiteslip.care.notices.model import Kind
from whiteslip.flows.end_of_day import STEPS
from whiteslip.money.arrears.model import AssetClass, Bucket
from whiteslip.money.ledger.model import Account, MovementKind
from whiteslip.web.rendering import Speaker, speaker, words

ZH, EN = Speaker("zh", chosen=True), Speaker("en", chosen=False)


@pytest.mark.parametrize(
    ("minor", "zh"),
    [
        (0, "¥0.00"),
        (5, "¥0.05"),
        (33834, "¥338.34"),
        (-123456, "−¥1,234.56"),
        (10**15, "¥10,000,000,000,000.00"),
    ],
)
def test_amounts_are_exact(minor: int, zh: str) -> None:
    assert ZH.amount(minor) == EN.amount(minor) == zh


def test_dates_and_shares() -> None:
    on = date(2026, 1, 5)

    assert (ZH.day(on), EN.day(on)) == ("2026年1月5日", "5 Jan 2026")
    assert (ZH.month(on), EN.month(on)) == ("2026年1月", "January 2026")
    assert ZH.percent(0.1234) == "12.3%"
    assert EN.whole(1_234_567) == "¥12,346"


@pytest.mark.parametrize(
    ("asked", "accepted", "spoken"),
    [
        ("en", "zh-CN", "en"),
        (None, "fr-FR,en;q=0.7", "en"),
        (None, "zh-TW,zh;q=0.9,en;q=0.8", "zh"),
        (None, "", "zh"),
        ("xx", "en", "en"),
    ],
)
def test_the_language_is_chosen(asked: str | None, accepted: str, spoken: str) -> None:
    assert speaker(asked, accepted).language == spoken


def test_links_keep_a_language_that_was_asked_for() -> None:
    assert ZH.link("/x", q="a b", none=None) == "/x?q=a+b&lang=zh"
    assert EN.link("/x") == "/x"


def test_every_text_has_both_languages_with_the_same_facts() -> None:
    for key, pair in words().items():
        assert len(pair) == 2, key
        facts = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in pair]
        assert facts[0] == facts[1], key
        assert all(text.strip() for text in pair), key


def test_every_code_has_a_name() -> None:
    own = ["apply due limits", "judge lines", "warn of dues", "release runs", "check balances"]
    steps = [step.name for step in STEPS] + own
    groups = {
        "movement": MovementKind,
        "account": Account,
        "bucket": Bucket,
        "class": AssetClass,
        "notice": Kind,
        "steps": steps,
        "level": range(6),
    }

    missing = [f"{group}.{code}" for group, codes in groups.items() for code in codes]
    assert [key for key in missing if key not in words()] == []


def test_every_text_a_template_says_exists() -> None:
    folder = resources.files("whiteslip.web") / "templates"
    said = {
        key
        for file in folder.iterdir()
        for key in re.findall(
            r'(?:\bt|speak\.say)\("([a-z_]+\.[a-z_]+)"[,)]', file.read_text("utf-8")
        )
    }

    assert len(said) > 80
    assert said - words().keys() == set()
