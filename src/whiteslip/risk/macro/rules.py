"""How a series stands, what a file of values must be, and which of the values learned are news."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.risk.macro.model import MICRO, Declared, NewValue, Series, Standing, Value
from whiteslip.risk.signals.model import Color, Direction, Why

COLUMNS = ("series", "date", "value", "learned_on")
MOST_ROWS = 100_000
_MOST_MICRO = 10**15


def stand(series: Series, last: Value | None, *, on: date) -> Standing:
    """Say how a series stands on a day by the latest value known then; absent or late is unknown, never green."""
    if last is None:
        return Standing(series, Color.UNKNOWN, Why.ABSENT, None)
    if on - last.of_on > timedelta(days=series.late_after_days):
        return Standing(series, Color.UNKNOWN, Why.LATE, last)
    return Standing(series, color_of(series, last.value_micro), None, last)


def color_of(series: Series, value_micro: int) -> Color:
    """Return the color of a value."""
    for color, limit in ((Color.RED, series.red_micro), (Color.YELLOW, series.yellow_micro)):
        above = series.bad is Direction.ABOVE
        if value_micro >= limit if above else value_micro <= limit:
            return color
    return Color.GREEN


def read_values(text: str, declared: Declared, *, file: str, on: date) -> list[NewValue]:
    """Read a CSV file with the columns of `COLUMNS`; `InvalidInput` names the first row and column that is wrong."""
    try:
        rows = list(csv.reader(text.splitlines(), strict=True))
    except csv.Error as error:
        raise InvalidInput(f"{file} is not CSV: {error}", where=file) from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise InvalidInput(f"{file}: row 1 is to be {','.join(COLUMNS)}", where="row 1")
    if len(rows) > MOST_ROWS:
        raise InvalidInput(f"{file}: has more than {MOST_ROWS} rows", where=f"row {MOST_ROWS}")
    return list(_values(rows[1:], declared, file=file, on=on))


def _values(
    rows: Sequence[Sequence[str]], declared: Declared, *, file: str, on: date
) -> Iterator[NewValue]:
    seen: dict[tuple[str, date, date], int] = {}
    for number, row in enumerate(rows, start=2):
        where = f"{file}: row {number}"
        if len(row) != len(COLUMNS):
            text = f"{where}: has {len(row)} columns and not {len(COLUMNS)}"
            raise InvalidInput(text, where=f"row {number}")
        cells: dict[str, str] = dict(zip(COLUMNS, (cell.strip() for cell in row), strict=True))
        value = NewValue(
            cells["series"],
            _date(cells, "date", where),
            micro_of(cells["value"], where=f"{where}, column value"),
            _date(cells, "learned_on", where),
        )
        check(value, declared, on=on, where=where)
        key = (value.series, value.of_on, value.learned_on)
        if key in seen:
            text = f"{where}, column date: {value.of_on}, learned then, stands in row {seen[key]} already"
            raise InvalidInput(text, where=f"row {number}, date")
        seen[key] = number
        yield value


def check(value: NewValue, declared: Declared, *, on: date, where: str) -> None:
    """Insist that a value can be right: of a series that is followed, known not before its date nor tomorrow."""
    if value.series not in declared.series:
        known = ", ".join(declared.series)
        raise InvalidInput(
            f"{where}, column series: {value.series!r} is none of {known}", where="series"
        )
    if value.learned_on < value.of_on:
        text = f"{where}, column learned_on: {value.learned_on} is before the date it speaks of, {value.of_on}"
        raise InvalidInput(text, where="learned_on")
    if value.learned_on > on:
        text = f"{where}, column learned_on: {value.learned_on} is after today, {on}"
        raise InvalidInput(text, where="learned_on")


def micro_of(text: str, *, where: str) -> int:
    """Read a decimal number of at most six places as millionths."""
    try:
        exact = Decimal(text) * MICRO
    except InvalidOperation as error:
        raise InvalidInput(f"{where}: {text!r} is not a number", where="value") from error
    if not exact.is_finite() or abs(exact) > _MOST_MICRO:
        raise InvalidInput(f"{where}: {text!r} is not a number of a series", where="value")
    if exact != exact.to_integral_value():
        raise InvalidInput(f"{where}: {text!r} has more than six places", where="value")
    return int(exact)


def text_of(value_micro: int) -> str:
    """Write a value as it was published, without idle zeros."""
    exact = Decimal(value_micro) / MICRO
    return f"{exact.normalize():f}"


def news(
    learned: Iterable[NewValue], last: Mapping[tuple[str, date], Value], *, source: str, actor: str
) -> list[Value]:
    """Number the values that are news, in the order they were learned; one that says what is known already is none.

    Raises `Conflict` for a value learned before the last revision of its date: what was known on a day stays so.
    """
    latest = dict(last)
    found: list[Value] = []
    for one in sorted(learned, key=lambda one: (one.series, one.of_on, one.learned_on)):
        key = (one.series, one.of_on)
        before = latest.get(key)
        if before is not None:
            if before.value_micro == one.value_micro:
                continue
            if one.learned_on < before.learned_on:
                raise Conflict(
                    f"{one.series} of {one.of_on}: a revision learned on {before.learned_on} is kept; "
                    f"one learned on {one.learned_on} would change what was known since"
                )
        number = 1 if before is None else before.revision + 1
        latest[key] = Value(
            one.series, one.of_on, number, one.value_micro, one.learned_on, source, actor
        )
        found.append(latest[key])
    return found


def _date(cells: Mapping[str, str], column: str, where: str) -> date:
    try:
        return date.fromisoformat(cells[column])
    except ValueError as error:
        text = f"{where}, column {column}: {cells[column]!r} is not a date (YYYY-MM-DD)"
        raise InvalidInput(text, where=column) from error
