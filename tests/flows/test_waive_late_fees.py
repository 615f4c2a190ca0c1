"""Late fees are taken back to the cent: what is owed falls away, what was paid comes back, and the books agree."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import Book, done, founded, only
from tests.flows.limit_worlds import problems, rows
from tests.flows.test_limits_on_relief import late_lines

from whiteslip.flows.attribute_causes import Cause, CauseTold, Source, tell_causes
from whiteslip.flows.waive_late_fees import (
    CauseKey,
    ChargeWaiver,
    Waiver,
    WaiverDecision,
    WaiverRequest,
    decide_waivers,
    waive_charges,
    waive_episodes,
    waive_late_fees,
)
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound, WhiteslipError
from whiteslip.money.arrears.store import waiver_terms
from whiteslip.money.arrears.waiving import LateFee, read_waiver_terms, take_back
from whiteslip.money.lines.model import LineKey
from whiteslip.money.schedules.model import Owed

DUE = date(2026, 2, 3)
DAILY = 5
"""A day's late fee of the 10,000 of the minimum payment that was missed, at 0.05 %."""


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    founded_book.grant_all()
    return founded_book


def late(book: Book, *, days: int = 10) -> LineKey:
    """A line with late fees of some days."""
    (line,) = late_lines(book)
    book.close_until(DUE + timedelta(days=days))
    return line


def ask(
    book: Book, line: LineKey, first_on: date = DUE, last_on: date | None = None, *, by: str = "Ann"
) -> Waiver | WhiteslipError:
    asked = WaiverRequest(*line, first_on, last_on or book.today, "our mistake", by)
    return only(book.write(lambda db: waive_late_fees(db, [asked], at=book.at)))


def decide(
    book: Book, waiver: Waiver, *, by: str, approved: bool = True
) -> Waiver | WhiteslipError:
    asked = WaiverDecision(waiver.customer_id, waiver.waiver_id, approved, by)
    return only(book.write(lambda db: decide_waivers(db, [asked], at=book.at)))


def charged(book: Book, line: LineKey) -> list[tuple[int, int]]:
    query = "SELECT movement_id, amount_minor FROM money.movement WHERE kind = 'late_fee' AND line_id = %s ORDER BY 1"
    return [(row[0], row[1]) for row in rows(book, query, line.line_id)]


def owed_late(book: Book, line: LineKey) -> int:
    query = (
        "SELECT coalesce(sum(late_fee_minor - paid_late_fee_minor), 0)::bigint"
        " FROM money.installment WHERE line_id = %s"
    )
    return int(rows(book, query, line.line_id)[0][0])


def credit(book: Book, line: LineKey) -> int:
    query = "SELECT credit_minor FROM money.line WHERE line_id = %s"
    return int(rows(book, query, line.line_id)[0][0])


def told(book: Book, line: LineKey) -> list[str]:
    query = "SELECT text_en FROM care.notice WHERE kind = 'late_fee_waived' AND customer_id = %s"
    return [row[0] for row in rows(book, query, line.customer_id)]


def test_what_is_owed_falls_away_and_the_owner_is_told(book: Book) -> None:
    line = late(book)
    before = charged(book, line)
    assert owed_late(book, line) == sum(amount for _, amount in before) == DAILY * len(before) > 0

    waiver = done(ask(book, line))

    assert (waiver.state, waiver.waived_minor, waiver.returned_minor) == (
        "done",
        DAILY * len(before),
        0,
    )
    assert (owed_late(book, line), credit(book, line)) == (0, 0)
    assert f"CNY 0.{DAILY * len(before)}" in told(book, line)[0]
    assert problems(book) == []
    book.close_until(date(2026, 3, 10))
    assert problems(book) == [], "the statement that follows goes on from the one before"


def test_what_was_paid_comes_back_as_credit(book: Book) -> None:
    line = late(book)
    late_minor = owed_late(book, line)
    book.pay(line, 20_000)
    assert owed_late(book, line) == 0

    waiver = done(ask(book, line))

    assert (waiver.waived_minor, waiver.returned_minor) == (0, late_minor)
    assert credit(book, line) == late_minor
    assert "credit balance" in told(book, line)[0]
    assert problems(book) == []
    book.close_until(date(2026, 3, 10))
    assert problems(book) == []


def test_days_bound_what_is_taken_back_and_nothing_is_twice(book: Book) -> None:
    line = late(book)
    whole = owed_late(book, line)
    on = DUE + timedelta(days=4)

    done(ask(book, line, on, on))
    assert owed_late(book, line) == whole - DAILY
    again = ask(book, line, on, on)
    assert isinstance(again, Conflict)
    rest = done(ask(book, line))
    assert rest.waived_minor == whole - DAILY
    assert problems(book) == []


def test_above_the_sum_another_person_approves(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    line = late(book)
    small = read_waiver_terms("alone_up_to_minor = 10\nlongest_days = 100")
    monkeypatch.setattr("whiteslip.money.arrears.store.waiver_terms", lambda: small)
    whole = owed_late(book, line)

    asked = done(ask(book, line))
    assert (asked.state, asked.needs_two, owed_late(book, line)) == ("asked", True, whole)
    assert isinstance(decide(book, asked, by=" ANN "), NotAllowed)
    waiver = done(decide(book, asked, by="Bo"))

    assert (waiver.state, waiver.waived_minor, owed_late(book, line)) == ("done", whole, 0)
    assert isinstance(decide(book, asked, by="Cy"), Conflict)
    assert problems(book) == []


def test_what_is_refused_changes_nothing(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    line = late(book)
    small = read_waiver_terms("alone_up_to_minor = 10\nlongest_days = 100")
    monkeypatch.setattr("whiteslip.money.arrears.store.waiver_terms", lambda: small)
    asked, whole = done(ask(book, line)), owed_late(book, line)

    assert done(decide(book, asked, by="Bo", approved=False)).state == "refused"

    assert (owed_late(book, line), told(book, line), problems(book)) == (whole, [], [])


def test_what_cannot_be_asked(book: Book) -> None:
    line = late(book)
    terms = waiver_terms()

    assert isinstance(ask(book, LineKey(10**9, 1)), NotFound)
    assert isinstance(ask(book, line, book.today + timedelta(1)), InvalidInput)
    early = book.today - timedelta(days=terms.longest_days + 1)
    assert isinstance(ask(book, line, early), InvalidInput)
    before = DUE - timedelta(days=9)
    assert isinstance(ask(book, line, before, before), Conflict)
    assert rows(book, "SELECT count(*) FROM money.fee_waiver") == [(0,)]


def test_a_single_charge_is_taken_back_and_only_of_late_fees(book: Book) -> None:
    line = late(book)
    (number, amount), *_ = charged(book, line)
    whole = owed_late(book, line)

    def waive(movement: int) -> Waiver | WhiteslipError | None:
        asked = ChargeWaiver(line.customer_id, movement, "seen", "Bo")
        return book.write(lambda db: waive_charges(db, [asked], at=book.at))[0]

    first = waive(number)
    assert isinstance(first, Waiver)
    assert (first.waived_minor, owed_late(book, line)) == (amount, whole - amount)
    assert waive(number) is None, "taken back before"
    captured = rows(book, "SELECT movement_id FROM money.movement WHERE kind = 'captured'")[0][0]
    assert isinstance(waive(captured), Conflict)
    assert problems(book) == []


def test_the_episode_of_a_cause_is_taken_back_as_far_as_it_was_charged(book: Book) -> None:
    line = late(book)
    at, said = book.at, CauseTold(*line, Cause.TECHNICAL, Source.STAFF, "anna")
    cause = done(book.write(lambda db: tell_causes(db, [said], at=at))[0])
    key = CauseKey(cause.customer_id, cause.cause_id)

    def waive() -> list[Waiver | WhiteslipError]:
        return book.write(lambda db: waive_episodes(db, [key], actor="Bo", note="ours", at=at))

    (first,) = waive()
    assert isinstance(first, Waiver)
    assert (owed_late(book, line), problems(book)) == (0, [])
    assert waive() == []


FEES = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 500)).map(
        lambda one: LateFee(1, 9, 1, one[0], one[1])
    ),
    min_size=1,
    max_size=8,
)
OWED = st.lists(
    st.tuples(st.integers(1, 8), st.integers(0, 800), st.integers(0, 90)).map(
        lambda one: Owed(1, 1, one[0], 1, "pay_later", DUE, DUE + timedelta(one[2]), 100, 0, one[1])
    ),
    max_size=8,
    unique_by=lambda row: row.installment_id,
)


@given(fees=FEES, owed=OWED)
def test_every_cent_is_waived_or_returned_and_never_more_than_is_owed(
    fees: list[LateFee], owed: list[Owed]
) -> None:
    taken = take_back(fees, owed)

    assert taken.waived_minor + taken.returned_minor == sum(fee.amount_minor for fee in fees)
    late_fees = {row.installment_id: row.late_fee_minor for row in owed}
    assert all(0 < amount <= late_fees[number] for number, amount in taken.waived)
    assert not taken.returned_minor or taken.waived_minor == sum(late_fees.values())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alone_up_to_minor = -1\nlongest_days = 1",
        "alone_up_to_minor = 1\nlongest_days = 1\nx = 1",
    ],
)
def test_parameters_are_read_strictly(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"waivers\.toml"):
        read_waiver_terms(text)


@pytest.mark.parametrize(
    "planted",
    [
        "UPDATE money.fee_waiver SET waived_minor = waived_minor + 1",
        "DELETE FROM money.waived_fee",
        "DELETE FROM money.movement WHERE kind = 'late_fee_waived'",
        "UPDATE money.installment SET late_fee_minor = late_fee_minor + 1 WHERE status = 'open'",
    ],
)
def test_control_a_waiver_that_does_not_agree_with_the_ledger_is_found(
    book: Book, planted: str
) -> None:
    done(ask(book, late(book)))
    assert problems(book) == []

    book.write(lambda db: db.execute(planted.encode()))

    assert problems(book) != []
