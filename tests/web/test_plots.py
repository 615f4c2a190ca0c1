"""Reports stand alone: no script, no request, no text taken for markup, numbers with their units."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.web.axes import Axis, Unit, figure, scale
from whiteslip.web.plots import (
    Bar,
    Html,
    Line,
    Overlay,
    bars,
    bullets,
    folded,
    lines,
    page,
    section,
    table,
    tiles,
)

EVIL = '<script>alert("1")</script>&'
SHARE = Axis(label="share", unit=Unit.SHARE)
VOID = {"meta", "br", "img", "link"}


class Checker(HTMLParser):
    """Checks that elements close as they open; remembers their names and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not any(name.startswith("on") or name in {"src", "href"} for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def checked(markup: str) -> Checker:
    checker = Checker()
    checker.feed(markup)
    checker.close()
    assert checker.open == []
    return checker


def places(markup: str) -> list[float]:
    """Return every percentage and coordinate drawn."""
    found = re.findall(r'(?:x|y|cx|cy|x1|y1|width|height)="(-?[\d.]+)%"', markup)
    for path in re.findall(r' d="([^"]*)"', markup):
        found += re.findall(r"-?\d+\.\d+", path)
    return [float(each) for each in found]


def test_a_page_has_no_script_and_asks_nobody() -> None:
    body = [
        section("One", [EVIL, tiles({EVIL: EVIL}), bullets([EVIL]), folded(EVIL, [EVIL])]),
        lines(
            EVIL, [Line(label=EVIL, xs=[0, 1], ys=[0, 1], dots=True)], x=SHARE, y=SHARE, about=EVIL
        ),
        bars(EVIL, [EVIL], {EVIL: [1.0]}, y=SHARE),
        table([EVIL, "b"], [[EVIL, EVIL]], caption=EVIL),
    ]
    made = page(EVIL, body, lead=EVIL, over=EVIL)

    checker = checked(made)
    assert "script" not in checker.seen
    assert "link" not in checker.seen
    assert not re.search(r"https?:|url\(|@import", made)
    assert "default-src 'none'" in made
    assert any("alert" in text for text in checker.texts)


def test_a_plot_tells_a_reader_what_it_shows() -> None:
    made = lines(
        "Loss", [Line(label="a", xs=[0, 1, 2], ys=[0.1, math.nan, 0.3])], x=Axis(label="t"), y=SHARE
    )

    assert '<svg class="plot-area" role="img"' in made
    assert "<title>Loss</title>" in made
    assert "<desc>a: share from 10.0 % to 30.0 %.</desc>" in made
    assert made.count("M") == 2


def test_bars_tell_their_numbers_in_a_table() -> None:
    over = Overlay(label="rate", values=[0.5, math.nan], y=SHARE)
    made = bars(
        "B", ["北京", "x"], {"rows": [1200, 3]}, y=Axis(label="rows", unit=Unit.COUNT), over=over
    )

    for text in ("1,200", "50.0 %", "–", "北京"):
        assert text in checked(made).texts


@given(
    st.lists(
        st.floats(-1e12, 1e12) | st.sampled_from([math.nan, math.inf, -math.inf, 0.0]), max_size=40
    )
)
def test_whatever_is_drawn_lies_in_the_picture(values: list[float]) -> None:
    labels = [str(place) for place in range(len(values))]
    for made in (
        lines(
            "t", [Line(label="a", xs=range(len(values)), ys=values, dots=True)], x=SHARE, y=SHARE
        ),
        bars("t", labels, {"a": values, "b": values}, y=SHARE),
        bars("t", labels, {"a": values, "b": values}, y=SHARE, stacked=True),
    ):
        checked(made)
        assert "nan" not in made
        assert "inf" not in made.replace("info", "")
        assert all(-0.01 <= place <= 101.6 for place in places(made))


def test_stacked_bars_stand_on_one_another() -> None:
    made = bars(
        "t",
        ["a"],
        {"good": [6.0], "bad": [4.0]},
        y=Axis(label="rows", unit=Unit.COUNT),
        stacked=True,
    )

    tops = re.findall(r'<rect class="f\d" [^>]*y="([\d.]+)%" height="([\d.]+)%"', made)
    assert tops == [("40.00", "60.00"), ("0.00", "40.00")]


def test_many_points_are_thinned_but_keep_their_ends() -> None:
    made = lines(
        "t", [Line(label="a", xs=np.arange(50_000), ys=np.arange(50_000))], x=SHARE, y=SHARE
    )

    assert len(made) < 20_000
    assert "L100.00 0.00" in made


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12500, Unit.COUNT, "12,500"),
        (0.125, Unit.SHARE, "12.5 %"),
        (0.00125, Unit.SHARE, "0.12 %"),
        (0, Unit.SHARE, "0.0 %"),
        (0.781234, Unit.NUMBER, "0.7812"),
        (120000, Unit.NUMBER, "120,000"),
        (12.5, Unit.NUMBER, "12.5"),
        (-9.0, Unit.NUMBER, "-9"),
        (3e12, Unit.NUMBER, "3e+12"),
        (math.nan, Unit.COUNT, "–"),
        (math.inf, Unit.SHARE, "–"),
    ],
)
def test_figures_have_their_unit(value: float, unit: Unit, text: str) -> None:
    assert figure(value, unit) == text


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=20), st.sampled_from(list(Unit)))
def test_ticks_are_few_even_and_span_the_values(values: list[float], unit: Unit) -> None:
    made = scale(Axis(label="a", unit=unit), values)

    room = 1e-6 * (made.high - made.low)
    assert made.low <= min(values) + room
    assert made.high >= max(values) - room
    assert 2 <= len(made.ticks) <= 9
    steps = np.diff(made.ticks)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)


def test_named_places_are_thinned_for_a_phone() -> None:
    months = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)]
    made = scale(Axis(label="month", labels=months), [])

    assert made.labels[0] == "2023-01"
    assert len(made.labels) <= 6


def test_a_bar_cell_never_leaves_its_cell() -> None:
    made = table(
        ["a", "b"], [["x", Bar(text="9", share=7.0)], ["y", Bar(text="–", share=math.nan)]]
    )

    assert re.findall(r"--p:([\d.]+)", made) == ["1.000", "0.000"]


def test_markup_of_ours_is_not_escaped_twice() -> None:
    assert "<b>x</b>" in section("h", [Html("<b>x</b>")])
    assert "&lt;b&gt;" in section("h", ["<b>x</b>"])
