"""The book as a table to learn from: what was known on a day and no more, and how each line ended after it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from tests.builders import Book, founded

from whiteslip.decisioning.features.store import compute, declarations
from whiteslip.decisioning.samples.schema import Kind, read_schema
from whiteslip.flows.restrict import RestrictionRequest, restrict
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey
from whiteslip.views.endings import Ending
from whiteslip.views.samples import BookSample, book_sample, schema_of

DAY = timedelta(days=1)
BAD, WITHIN = 10, 30
ENDING = Ending(BAD, WITHIN)


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database)


def sampled(
    book: Book,
    *as_of: date,
    names: Sequence[str] | None = ("utilization",),
    ending: Ending = ENDING,
    open_only: bool = False,
) -> BookSample:
    return book.database.read(
        lambda db: book_sample(db, as_of, ending=ending, names=names, open_only=open_only)
    )


def endings(sample: BookSample) -> dict[str, int]:
    return dict(zip(sample.columns["id"], sample.columns["is_bad"].tolist(), strict=True))


def row(line: LineKey, on: date) -> str:
    return f"{line.customer_id}/{line.line_id}/{on}"


def debtors(book: Book, count: int) -> tuple[list[LineKey], date]:
    """Let some people buy and never pay; returns their lines and the day they fell behind."""
    shop = book.shop()
    lines = [book.line() for _ in range(count)]
    for line in lines:
        book.buy(line, 50_000, at_shop=shop)
    book.close_until(date(2026, 2, 5))
    dues = book.database.read(
        lambda db: db.execute("SELECT DISTINCT since_on FROM money.arrears").fetchall()
    )
    ((due_on,),) = dues
    return lines, due_on


def test_a_bad_end_is_reached_on_the_last_day_looked_at_and_not_a_day_later(book: Book) -> None:
    (line,), due_on = debtors(book, 1)
    reached_on = due_on + BAD * DAY
    book.close_until(reached_on + WITHIN * DAY)

    too_early, first, last = (
        reached_on - (WITHIN + 1) * DAY,
        reached_on - WITHIN * DAY,
        reached_on - DAY,
    )
    sample = sampled(book, last, too_early, first)

    assert endings(sample) == {row(line, too_early): 0, row(line, first): 1, row(line, last): 1}
    assert [day.late for day in sample.days] == [0, 0, 0]
    assert (sample.rows, sample.bads) == (3, 2)
    with pytest.raises(InvalidInput, match=f"no line to learn from on {reached_on}"):
        sampled(book, reached_on)
    both = sampled(book, last, reached_on)
    assert endings(both) == {row(line, last): 1}
    assert [day.late for day in both.days] == [0, 1]
    assert "1 left out: already 10 days past due on their day" in both.notes


def test_who_pays_in_time_ends_well_and_who_pays_a_day_later_does_not(book: Book) -> None:
    (in_time, late, never), due_on = debtors(book, 3)
    reached_on = due_on + BAD * DAY
    book.close_until(reached_on)
    book.pay(in_time, 500_000)
    book.close_until(reached_on + DAY)
    book.pay(late, 500_000)
    book.close_until(reached_on + WITHIN * DAY)

    found = endings(sampled(book, due_on + 2 * DAY))

    assert [found[row(line, due_on + 2 * DAY)] for line in (in_time, late, never)] == [0, 1, 1]


def test_a_row_knows_what_its_day_knew(book: Book) -> None:
    """Drawn again after more was bought, paid and came late, a day gives the same rows."""
    (first, second), due_on = debtors(book, 2)
    on = due_on + 3 * DAY
    book.close_until(on + DAY)
    then = book.database.read(lambda db: compute(db, None, as_of=on))
    book.pay(first, 20_000)
    book.close_until(on + WITHIN * DAY)
    book.pay(second, 500_000)

    sample = sampled(book, on, names=None)

    assert list(sample.columns) == ["id", "as_of", *declarations().features, "is_bad"]
    assert sample.columns["id"] == [row(first, on), row(second, on)]
    assert set(sample.columns["as_of"].tolist()) == {on}
    for name in declarations().features:
        known = [None if value != value else value for value in then[name].tolist()]  # noqa: PLR0124 - NaN
        assert list(map(plain, sample.columns[name])) == known, name


def plain(value: object) -> object:
    """A cell as it is written: what is masked is missing."""
    return None if value is np.ma.masked else value


def test_a_truth_is_a_number_and_an_amount_is_whole(book: Book) -> None:
    shop, line = book.shop(), book.line()
    book.buy(line, 50_000, at_shop=shop)
    book.close_until(date(2026, 1, 6))
    book.pay(line, 50_000)
    book.close_until(date(2026, 4, 1))

    sample = sampled(book, date(2026, 2, 10), names=["paid_in_full", "billed_minor", "employment"])

    assert sample.columns["paid_in_full"].tolist() == [1]
    assert sample.columns["billed_minor"].dtype == np.int64
    assert sample.columns["employment"] == [None]


def test_days_are_in_order_once_and_each_says_what_it_gave(book: Book) -> None:
    book.line()
    book.close_until(date(2026, 1, 10))
    book.line()
    book.close_until(date(2026, 4, 1))

    sample = sampled(book, date(2026, 1, 20), date(2026, 1, 5), date(2026, 1, 20))

    assert [(day.as_of, day.rows) for day in sample.days] == [
        (date(2026, 1, 5), 1),
        (date(2026, 1, 20), 2),
    ]
    assert "days less than 30 days apart" in sample.notes[0]
    assert sample.as_json()["last_on"] == "2026-01-20"
    apart = sampled(book, date(2026, 1, 5), date(2026, 2, 4))
    assert apart.notes == (
        "a line may stand in several rows: cross-validated figures flatter a little",
    )


def test_lines_that_could_not_buy_are_left_out_if_asked(book: Book) -> None:
    held, free = book.line(), book.line()
    book.close_until(date(2026, 1, 10))
    request = RestrictionRequest(*held, 3, ReasonCode.IDENTITY, "ann")
    at = book.at
    book.write(lambda db: restrict(db, [request], at=at))
    book.close_until(date(2026, 3, 1))

    before, after = date(2026, 1, 9), date(2026, 1, 11)
    assert sampled(book, after).rows == 2
    sample = sampled(book, before, after, open_only=True)
    assert list(endings(sample)) == [row(held, before), row(free, before), row(free, after)]
    assert [day.unusable for day in sample.days] == [0, 1]


def test_what_cannot_be_drawn_is_refused(book: Book) -> None:
    book.line()
    book.close_until(date(2026, 3, 1))

    assert sampled(book, date(2026, 1, 30)).rows == 1
    with pytest.raises(InvalidInput, match=r"known on 2026-03-02; .* now is 2026-01-30"):
        sampled(book, date(2026, 1, 5), date(2026, 1, 31))
    with pytest.raises(InvalidInput, match="no such feature: shoe_size"):
        sampled(book, date(2026, 1, 5), names=["shoe_size"])
    with pytest.raises(InvalidInput, match="needs a day"):
        sampled(book)
    with pytest.raises(InvalidInput, match="at least 1 day"):
        sampled(book, date(2026, 1, 5), ending=Ending(0, 30))


def test_the_schema_says_what_the_declarations_say(book: Book) -> None:
    book.line()
    book.close_until(date(2026, 3, 1))
    sample = sampled(book, date(2026, 1, 5), names=None)

    body = schema_of(sample, file="s.csv")

    schema = read_schema(body, file="s.schema.toml")
    assert (schema.target, schema.bad, schema.good) == ("is_bad", ("1",), ("0",))
    assert schema.wish("id").exclude
    assert schema.wish("as_of").exclude
    assert schema.wish("employment").kind is Kind.CATEGORY
    for name, declared in declarations().features.items():
        wish = schema.wish(name)
        assert (wish.direction, wish.reason) == (declared.direction, declared.reason), name
        assert wish.kind is Kind.CATEGORY or wish.specials == (), name
        assert wish.include, name
    assert tomllib.loads(body)["columns"]["utilization"]["reason"] == "CAP-02"
