"""Words, amounts and dates in two languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from importlib import resources
from pathlib import Path
from string import Formatter

import pytest

from whiteslip.care.notices.model import Kind
from whiteslip.flows.end_of_day import STEPS
from whiteslip.infra.accounts.model import EventKind, Role
from whiteslip.kernel.errors import InvalidInput, InvariantBroken
from whiteslip.money.arrears.model import AssetClass, Bucket
from whiteslip.money.ledger.model import Account, MovementKind
from whiteslip.web import assets, pages
from whiteslip.web.rendering import Speaker, merge, speaker, words

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
    ("asked", "kept", "accepted", "spoken"),
    [
        ("en", "zh", "zh-CN", "en"),
        (None, "en", "zh-CN", "en"),
        (None, None, "fr-FR,en;q=0.7", "en"),
        (None, None, "zh-TW,zh;q=0.9,en;q=0.8", "zh"),
        (None, None, "", "zh"),
        ("xx", "yy", "en", "en"),
    ],
)
def test_the_language_is_chosen(
    asked: str | None, kept: str | None, accepted: str, spoken: str
) -> None:
    assert speaker(asked, kept, accepted).language == spoken


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


def _templates() -> Iterator[Path]:
    with resources.as_file(resources.files("whiteslip.web") / "templates") as folder:
        yield from sorted(folder.rglob("*.html"))


def test_every_text_a_template_says_exists() -> None:
    said = {
        key
        for file in _templates()
        for key in re.findall(
            r'(?:\bt|speak\.say)\(["\']([a-z_]+\.[a-z0-9_]+)["\'][,)]', file.read_text("utf-8")
        )
    }

    assert len(said) > 150
    assert said - words().keys() == set()


def test_every_place_and_role_has_a_name() -> None:
    named = [f"nav.{route.nav}" for route in pages.load() if route.nav]
    named += [f"role.{role.value}" for role in Role]
    named += [f"account_event.{kind.value}" for kind in EventKind]

    assert [key for key in named if key not in words()] == []


def test_no_template_has_a_style_or_script_of_its_own() -> None:
    wrong = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=)|javascript:|\|\s*safe")

    assert [str(file) for file in _templates() if wrong.search(file.read_text("utf-8"))] == []


def test_words_are_merged_strictly() -> None:
    assert merge({"a.toml": 'x.y = ["甲", "a"]', "b.toml": 'x.z = ["乙", "b"]'}) == {
        "x.y": ("甲", "a"),
        "x.z": ("乙", "b"),
    }
    with pytest.raises(InvariantBroken, match=r"b.toml: x.y is said in another file"):
        merge({"a.toml": 'x.y = ["甲", "a"]', "b.toml": 'x.y = ["乙", "b"]'})
    with pytest.raises(InvalidInput, match=r"a.toml"):
        merge({"a.toml": 'x.y = ["甲"]'})


def test_the_dark_tokens_are_equal_for_a_dark_system_and_a_dark_choice() -> None:
    sheet = assets.content("whiteslip.css").decode()
    system = sheet.split(':root:not([data-theme="light"]) {')[1].split("}")[0]
    chosen = sheet.split(':root[data-theme="dark"] {')[1].split("}")[0]

    def tokens(text: str) -> set[str]:
        return {part.strip() for part in text.split(";") if part.strip().startswith("--")}

    assert len(tokens(system)) > 20
    assert tokens(system) == tokens(chosen)
