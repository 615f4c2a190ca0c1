"""Figures of others are kept as they were learned: all of a file or nothing, and what was known on a day stays so."""

from __future__ import annotations

from datetime import date

import pytest
from tests.builders import Book, founded

from whiteslip.flows.record_macro import MacroReport, import_macro
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound
from whiteslip.risk.signals.model import Color, Why
from whiteslip.views.macro import history, standing, text_of

HEAD = "series,date,value,learned_on\n"
FEBRUARY = "services_index,2026-02-28,50.4,2026-02-28\n"


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database, on=date(2026, 4, 10))


def imported(book: Book, rows: str) -> MacroReport:
    at = book.at
    return book.write(lambda db: import_macro(db, HEAD + rows, file="index.csv", by="Mia", at=at))


def color(book: Book, known_on: date | None = None) -> tuple[Color, Why | None]:
    found = book.database.read(lambda db: standing(db, known_on=known_on))
    (one,) = (each for each in found if each.series.name == "services_index")
    return one.color, one.why


def figures(book: Book, known_on: date | None = None) -> list[str]:
    found = book.database.read(lambda db: history(db, "services_index", most=9, known_on=known_on))
    return [text_of(one.value_micro) for one in found]


def test_what_was_known_on_a_day_can_be_asked_after_it_was_revised(book: Book) -> None:
    assert color(book) == (Color.UNKNOWN, Why.ABSENT)
    assert imported(book, FEBRUARY).news[0].revision == 1
    report = imported(book, FEBRUARY + "services_index,2026-02-28,47.9,2026-03-31\n")

    assert (report.given, len(report.news), report.revisions) == (2, 1, 1)
    assert color(book) == (Color.RED, None)
    assert color(book, date(2026, 3, 30)) == (Color.GREEN, None)
    assert color(book, date(2026, 2, 27)) == (Color.UNKNOWN, Why.ABSENT)
    assert (figures(book), figures(book, date(2026, 3, 30))) == (["47.9"], ["50.4"])
    rows = book.database.read(
        lambda db: db.execute(b"SELECT count(*) FROM risk.macro_value").fetchall()
    )
    assert rows == [(2,)]


def test_a_series_that_went_silent_is_late_and_not_what_it_was(book: Book) -> None:
    imported(book, "services_index,2026-01-31,55,2026-01-31\n")
    assert color(book, date(2026, 4, 6)) == (Color.GREEN, None)
    assert color(book, date(2026, 4, 7)) == (Color.UNKNOWN, Why.LATE)


def test_a_file_with_one_bad_row_leaves_nothing_behind(book: Book) -> None:
    with pytest.raises(InvalidInput, match=r"index.csv: row 3, column value: 'n/a'"):
        imported(book, FEBRUARY + "services_index,2026-03-31,n/a,2026-03-31\n")
    assert color(book) == (Color.UNKNOWN, Why.ABSENT)

    imported(book, FEBRUARY + "services_index,2026-02-28,47.9,2026-03-31\n")
    late = "services_index,2026-03-31,50,2026-03-31\nservices_index,2026-02-28,49,2026-03-15\n"
    with pytest.raises(Conflict, match="would change what was known"):
        imported(book, late)
    assert figures(book) == ["47.9"]


def test_a_series_nobody_follows_is_not_found(book: Book) -> None:
    with pytest.raises(NotFound):
        book.database.read(lambda db: history(db, "gdp", most=1))
