"""Series and files of values: unknown is never green, a bad file is one line with row and column, news is appended."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.risk.macro.model import NewValue, Value
from whiteslip.risk.macro.reading import read_series
from whiteslip.risk.macro.rules import color_of, micro_of, news, read_values, stand, text_of
from whiteslip.risk.macro.store import declared
from whiteslip.risk.signals.model import Color, Why

ON = date(2026, 3, 20)
INDEX = declared().series["services_index"]
RATE = declared().series["unemployment_rate"]
HEAD = "series,date,value,learned_on\n"
TEXT = (resources.files("whiteslip.risk.macro") / "data" / "macro.toml").read_text("utf-8")


def value(series: str, figure: str, of_on: date = date(2026, 2, 28), revision: int = 1) -> Value:
    return Value(series, of_on, revision, micro_of(figure, where=""), of_on, "a file", "mia")


@pytest.mark.parametrize(
    ("figure", "color"),
    [("51", Color.GREEN), ("50", Color.YELLOW), ("48.1", Color.YELLOW), ("48", Color.RED)],
)
def test_an_index_is_bad_below(figure: str, color: Color) -> None:
    standing = stand(INDEX, value("services_index", figure), on=ON)
    assert (standing.color, standing.why) == (color, None)


@pytest.mark.parametrize(("figure", "color"), [("5.4", Color.GREEN), ("6.1", Color.RED)])
def test_a_rate_is_bad_above(figure: str, color: Color) -> None:
    assert color_of(RATE, micro_of(figure, where="")) is color


def test_absent_and_late_are_unknown_and_never_green() -> None:
    assert stand(INDEX, None, on=ON)[1:3] == (Color.UNKNOWN, Why.ABSENT)
    last = value("services_index", "55")
    late_on = last.of_on + timedelta(days=INDEX.late_after_days + 1)
    assert stand(INDEX, last, on=late_on)[1:3] == (Color.UNKNOWN, Why.LATE)
    assert stand(INDEX, last, on=late_on - timedelta(days=1)).color is Color.GREEN


def test_a_file_is_read_as_it_was_published() -> None:
    text = (
        HEAD
        + "services_index,2026-01-31,50.1,2026-01-31\nunemployment_rate,2026-01-31,5.25,2026-02-17\n"
    )

    found = read_values(text, declared(), file="m.csv", on=ON)

    assert found == [
        NewValue("services_index", date(2026, 1, 31), 50_100_000, date(2026, 1, 31)),
        NewValue("unemployment_rate", date(2026, 1, 31), 5_250_000, date(2026, 2, 17)),
    ]


GOOD = "services_index,2026-01-31,50.1,2026-01-31\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "m.csv: row 1 is to be series,date,value,learned_on"),
        ("series;date;value;learned_on\n", "m.csv: row 1"),
        (HEAD + GOOD + "services_index,2026-02-28,50.1\n", "m.csv: row 3: has 3 columns"),
        (HEAD + GOOD + "gdp,2026-02-28,1,2026-02-28\n", "row 3, column series: 'gdp' is none of"),
        (HEAD + "services_index,2026-02-30,50,2026-03-01\n", "row 2, column date: '2026-02-30'"),
        (HEAD + "services_index,2026-02-28,fifty,2026-02-28\n", "row 2, column value: 'fifty'"),
        (HEAD + "services_index,2026-02-28,NaN,2026-02-28\n", "row 2, column value: 'NaN'"),
        (HEAD + "services_index,2026-02-28,1e40,2026-02-28\n", "row 2, column value: '1e40'"),
        (HEAD + "services_index,2026-02-28,0.1234567,2026-02-28\n", "more than six places"),
        (HEAD + "services_index,2026-02-28,50,tomorrow\n", "row 2, column learned_on: 'tomorrow'"),
        (HEAD + "services_index,2026-02-28,50,2026-02-27\n", "row 2, column learned_on: 2026-02-27 is before"),
        (HEAD + "services_index,2026-02-28,50,2026-03-21\n", "row 2, column learned_on: 2026-03-21 is after"),
        (HEAD + GOOD + GOOD, "row 3, column date: 2026-01-31, learned then, stands in row 2"),
        (HEAD + '"services_index,2026', "is not CSV"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_line_that_names_row_and_column(text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_values(text, declared(), file="m.csv", on=ON)

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_known_is_no_news_and_a_correction_is_another_revision() -> None:
    key: tuple[str, date] = ("services_index", date(2026, 2, 28))
    known: dict[tuple[str, date], Value] = {key: value("services_index", "50")}
    same = NewValue(*key, 50_000_000, ON)
    corrected = NewValue(*key, 49_000_000, ON)

    assert news([same], known, source="s", actor="mia") == []
    (one,) = news([corrected], known, source="s", actor="mia")
    assert (one.revision, one.value_micro) == (2, 49_000_000)
    earlier = corrected._replace(learned_on=date(2026, 2, 27))
    with pytest.raises(Conflict, match="would change what was known"):
        news([earlier], known, source="s", actor="mia")


@given(st.integers(-(10**14), 10**14))
def test_a_value_is_written_as_it_was_read(micro: int) -> None:
    assert micro_of(text_of(micro), where="") == micro


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3), st.integers(0, 30)), max_size=12))
def test_revisions_of_a_date_are_numbered_without_gaps(rows: list[tuple[int, int, int]]) -> None:
    first = date(2026, 1, 31)
    learned = [
        NewValue("services_index", first + timedelta(days=day), figure, first + timedelta(days=40 + n))
        for day, figure, n in rows
    ]  # fmt: skip
    found = news(learned, {}, source="s", actor="mia")

    for day in {one.of_on for one in found}:
        revisions = [one.revision for one in found if one.of_on == day]
        assert revisions == list(range(1, len(revisions) + 1))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('red = "6" ', 'red = "5" ', "series.unemployment_rate"),
        ('yellow = "50" ', 'yellow = "x" ', "value"),
        ("late_after_days = 65", "late_after_days = 0", "series.services_index.late_after_days"),
        ("version = 1", "version = 1\nmore = 2", "more"),
    ],
)
def test_a_file_of_series_with_a_mistake_is_refused(old: str, new: str, where: str) -> None:
    assert old in TEXT
    with pytest.raises(InvalidInput) as caught:
        read_series(TEXT.replace(old, new, 1))
    assert caught.value.where == where
