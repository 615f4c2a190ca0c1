"""Reading columns of dates in the forms people write them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as _compute
from numpy.typing import NDArray

from whiteslip.decisioning.samples.cells import Cells, keys, matches
from whiteslip.decisioning.samples.model import Floats

arrow: Any = pa
compute: Any = _compute

Whole: TypeAlias = "NDArray[np.int64]"

_REST: Final = r"(?:[t ,].*)?$"
_MONTH: Final = (
    r"(?P<mon>jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zä]*\.?"
)
_FORMS: Final = (
    ("year-month-day", r"^(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?" + _REST),
    ("yearmonthday", r"^(?P<y>19\d\d|20\d\d|9999)(?P<m>\d{2})(?P<d>\d{2})$"),
    ("numbers", r"^(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4}|\d{2})" + _REST),
    ("day month year", r"^(?P<d>\d{1,2})\.?[-/ ]" + _MONTH + r"[-/ ,]+(?P<y>\d{4})" + _REST),
    ("month day year", r"^" + _MONTH + r"[ -](?P<d>\d{1,2}),? +(?P<y>\d{4})" + _REST),
    ("month year", r"^" + _MONTH + r"[-/ ]+(?P<y>\d{4}|\d{2})$"),
    ("year-month", r"^(?P<y>\d{4})[-/年](?P<m>\d{1,2})月?$"),
)
_MONTHS: Final = dict(
    zip(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        range(1, 13),
        strict=True,
    )
) | {"mär": 3, "mai": 5, "okt": 10, "dez": 12}

FORMS: Final = frozenset({"month/day/year", "day/month/year", *dict(_FORMS)} - {"numbers"})
"""What a form may be called."""
SENTINELS: Final = frozenset(
    {"1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1900-01-02", "1970-01-01"}
    | {"2079-06-06", "2099-12-31", "2100-01-01", "2999-12-31", "3000-01-01", "9999-12-31"}
)
"""Days that programs write for "none"."""


class Dates(NamedTuple):
    """Days since 1970-01-01 (NaN: not a date), and the form they were written in."""

    days: Floats
    form: str


def may_be_dates(values: Cells) -> bool:
    """Say quickly whether most of some distinct cells look like dates."""
    text = keys(values)
    return max(int(matches(text, pattern).sum()) for _, pattern in _FORMS) > 0.8 * len(text)


def read_dates(values: Cells, *, form: str | None = None) -> Dates | None:
    """Read distinct cells as dates of the one form most of them have; None if none has any.

    01/02/2024 is the second of January in the form "month/day/year" and the first of February in
    "day/month/year"; which one follows from a number above 12, and is the latter if none is.
    """
    text = keys(values)
    if form is not None:
        return _read(text, form)
    counted = [(int(matches(text, pattern).sum()), name) for name, pattern in _FORMS]
    most, name = max(counted, key=lambda each: each[0])
    if most == 0:
        return None
    return _read(text, _order(text) if name == "numbers" else name)


def _order(text: Cells) -> str:
    parts = _parts(text, "numbers")
    first, second = _whole(parts, "a"), _whole(parts, "b")
    return "month/day/year" if (second > 12).sum() > (first > 12).sum() else "day/month/year"


def _read(text: Cells, form: str) -> Dates:
    by_order = form in {"month/day/year", "day/month/year"}
    parts = _parts(text, "numbers" if by_order else form)
    years = _whole(parts, "y")
    short = compute.fill_null(compute.binary_length(parts["y"]), 4).to_numpy() == 2
    years = np.where(short, years + np.where(years < 50, 2000, 1900), years)
    if by_order:
        month, day = ("a", "b") if form == "month/day/year" else ("b", "a")
        return Dates(_days(years, _whole(parts, month), _whole(parts, day)), form)
    months = _months(parts) if "mon" in parts else _whole(parts, "m")
    days = _whole(parts, "d") if "d" in parts else np.ones_like(years)
    return Dates(_days(years, months, days), form)


def _parts(text: Cells, form: str) -> dict[str, Cells]:
    found = compute.extract_regex(text, pattern=dict(_FORMS)[form])
    valid = found.is_valid()
    names = [field.name for field in found.type]
    missing = arrow.scalar(None, arrow.string())
    return {name: compute.if_else(valid, found.field(name), missing) for name in names}


def _whole(parts: dict[str, Cells], name: str) -> Whole:
    """Return a part as whole numbers; -1 where there is none."""
    values = compute.fill_null(parts[name].cast(arrow.int64()), -1)
    return np.array(values.to_numpy(zero_copy_only=False))


def _months(parts: dict[str, Cells]) -> Whole:
    names = arrow.array(list(_MONTHS))
    places = compute.fill_null(compute.index_in(parts["mon"], value_set=names), -1)
    numbers = np.array([*_MONTHS.values(), -1])
    return numbers[np.array(places.to_numpy(zero_copy_only=False))]


def _days(years: Whole, months: Whole, days: Whole) -> Floats:
    """Count days since 1970-01-01; a day its month does not have is NaN."""
    fits = (years >= 1000) & (months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)
    month = (np.where(fits, (years - 1970) * 12 + months - 1, 0)).astype("datetime64[M]")
    day = month.astype("datetime64[D]") + np.where(fits, days - 1, 0)
    fits &= day.astype("datetime64[M]") == month
    return np.where(fits, day.astype(np.int64).astype(np.float64), np.nan)
