"""The picture of a ring: the same every time, closed, and readable without seeing it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.web.ring_picture import SIZE, Account, Language, Thing, draw_ring

NAMES = tuple(f"cus_{n}" for n in range(5))
ACCOUNTS = [Account(name, name == "cus_2") for name in NAMES]
THINGS = [Thing("device", NAMES, 1.0), Thing("address", NAMES[:2], 0.25)]
SPACE = "{http://www.w3.org/2000/svg}"


def drawn(language: Language = "en", *, things: list[Thing] | None = None) -> ET.Element:
    text = draw_ring("rng_7_49", ACCOUNTS, THINGS if things is None else things, language=language)
    return ET.fromstring(text)  # noqa: S314 - our own drawing


def words(of: ET.Element) -> str:
    return " ".join(of.itertext())


def test_accounts_things_and_uses_are_drawn_once_each() -> None:
    picture = drawn()

    assert len(picture.findall(f"{SPACE}circle")) == 5
    assert len(picture.findall(f"{SPACE}rect")) == 2
    assert len(picture.findall(f"{SPACE}line")) == 7
    assert [one.get("class") for one in picture.findall(f"{SPACE}circle")].count("bad") == 1
    assert "×" in words(picture)


@pytest.mark.parametrize(
    ("language", "title", "known", "shared"),
    [
        ("en", "Ring rng_7_49", "Known as bad: cus_2.", "cus_0, cus_1 share an address"),
        ("zh", "关联组 rng_7_49", "已知有问题的账户：cus_2。", "cus_0、cus_1 共用一个地址"),
    ],
)
def test_who_does_not_see_it_is_told_the_same(
    language: Language, title: str, known: str, shared: str
) -> None:
    picture = drawn(language)
    told = picture.findtext(f"{SPACE}desc") or ""

    assert picture.findtext(f"{SPACE}title") == title
    assert known in told
    assert shared in told
    assert picture.get("role") == "img"


def test_heavier_links_are_thicker() -> None:
    widths = [float(one.get("stroke-width") or 0) for one in drawn().findall(f"{SPACE}line")]

    assert min(widths[:5]) > max(widths[5:])


def test_nothing_shared_still_draws() -> None:
    assert len(drawn(things=[]).findall(f"{SPACE}circle")) == 5


@given(name=st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1))
def test_whatever_a_name_is_it_stays_text(name: str) -> None:
    text = draw_ring(name, [Account(name, False)], [Thing(name, [name], 0.5)], language="zh")
    read = ET.fromstring(text)  # noqa: S314 - our own drawing

    assert read.findtext(f"{SPACE}title") == f"关联组 {name}"


@given(count=st.integers(1, 60), shared=st.integers(0, 40))
def test_everything_lies_within_the_picture(count: int, shared: int) -> None:
    accounts = [Account(f"cus_{n}", False) for n in range(count)]
    things = [Thing("phone", [accounts[0].name], 1.0) for _ in range(shared)]
    text = draw_ring("r", accounts, things, language="en")
    read = ET.fromstring(text)  # noqa: S314 - our own drawing

    for one in read.findall(f"{SPACE}circle"):
        assert 20 <= float(one.get("cx") or -1) <= SIZE - 20
        assert 20 <= float(one.get("cy") or -1) <= SIZE - 20
    assert text == draw_ring("r", accounts, things, language="en")
