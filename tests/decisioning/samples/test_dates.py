"""Dates are read in the forms people write them, and only where they are dates."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.decisioning.samples.cells import arrow
from whiteslip.decisioning.samples.dates import read_dates


def read(*texts: str) -> list[str | None]:
    found = read_dates(arrow.array(list(texts)))
    assert found is not None
    return [None if np.isnan(day) else str(np.datetime64(int(day), "D")) for day in found.days]


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "2024/3/5",
        "2024.03.05",
        "20240305",
        "2024年3月5日",
        "5 Mar 2024",
        "Mar 5, 2024",
        "5. März 2024",
        "2024-03-05T10:11:12Z",
        "2024-03-05 10:11",
        "5-Mar-2024",
        "March 5 2024",
    ],
)
def test_one_day_however_it_is_written(text: str) -> None:
    assert read(text) == ["2024-03-05"]


def test_a_number_above_twelve_is_no_month() -> None:
    assert read("01/02/2024", "13/02/2024") == ["2024-02-01", "2024-02-13"]
    assert read("01/02/2024", "02/13/2024") == ["2024-01-02", "2024-02-13"]
    assert read("05.03.24", "01.01.99") == ["2024-03-05", "1999-01-01"]


def test_months_count_from_their_first() -> None:
    assert read("Dec-2015", "Jan-16") == ["2015-12-01", "2016-01-01"]
    assert read("2024-02") == ["2024-02-01"]


@pytest.mark.parametrize(
    "text", ["2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "0000-01-01"]
)
def test_a_day_that_is_none_is_not_read(text: str) -> None:
    assert read(text, "2024-01-01") == [None, "2024-01-01"]


def test_what_is_no_date_is_none() -> None:
    assert read_dates(arrow.array(["abc", "12.5", "7"])) is None


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_every_day_of_the_calendar_is_read(day: date) -> None:
    assert read(day.isoformat()) == [day.isoformat()]
    assert read(f"{day.day}.{day.month}.{day.year:04d}", "31.1.2000")[0] == day.isoformat()
