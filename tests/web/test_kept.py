"""Sums that are kept: as long as they were long to count, never when the clock stands or goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from whiteslip.infra.clock import FixedClock
from whiteslip.web.kept import counted

AT = datetime(2026, 6, 1, tzinfo=UTC)


class Book:
    """Counts how often it was counted, taking so long."""

    def __init__(self, clock: FixedClock, took: timedelta) -> None:
        self.clock = clock
        self.took = took
        self.times = 0

    def count(self) -> int:
        self.times += 1
        self.clock.move_to(self.clock.now() + self.took)
        return self.times


def test_what_took_long_is_kept_for_twenty_times_as_long() -> None:
    clock = FixedClock(AT)
    book = Book(clock, timedelta(seconds=2))

    first = counted("long", "book", book.count, clock)
    clock.move_to(first.at + timedelta(seconds=41))
    kept = counted("long", "book", book.count, clock)
    clock.move_to(first.at + timedelta(seconds=43))
    anew = counted("long", "book", book.count, clock)

    assert (first.value, kept.value, anew.value) == (1, 1, 2)
    assert kept.at == AT + timedelta(seconds=2)


def test_what_was_quick_is_counted_anew_and_another_book_has_sums_of_its_own() -> None:
    clock = FixedClock(AT)
    book = Book(clock, timedelta(milliseconds=99))

    assert [counted("quick", "book", book.count, clock).value for _ in range(3)] == [1, 2, 3]
    slow = Book(clock, timedelta(seconds=9))
    assert counted("one", "book", slow.count, clock).value == 1
    assert counted("other", "book", slow.count, clock).value == 2


def test_a_clock_that_went_back_keeps_nothing() -> None:
    clock = FixedClock(AT)
    book = Book(clock, timedelta(seconds=2))
    counted("back", "book", book.count, clock)

    assert counted("back", "book", book.count, FixedClock(AT - timedelta(days=1))).value == 2
