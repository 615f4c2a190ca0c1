"""Reviews of limits on a founded book: raised, kept, announced and cut, stopped whole, and never done twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.builders import Book, founded, noon
from tests.flows.limit_worlds import (
    ASK,
    CLEAR,
    CUT,
    CUT_AT_ONCE,
    KEEP,
    limit_of,
    notices,
    obey,
    problems,
    review,
    reviewed,
    rows,
    state_of,
    wish,
)

from whiteslip.credit.limits.reviewing import slot_on
from whiteslip.flows.review_limits import RunState, discard_run, release_run
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, NotAllowed, WhiteslipError
from whiteslip.kernel.ids import OwnedId
from whiteslip.views.decisions import explain


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    obey(founded_book)
    founded_book.grant_all()
    return founded_book


def test_a_raise_holds_at_once_and_is_told(book: Book) -> None:
    line = book.line(500_000)

    number = reviewed(book, line, CLEAR)

    assert (state_of(book, number), limit_of(book, line)) == ("applied", 550_000)
    assert notices(book, line) == ["limit_raised"]
    (text,) = rows(book, "SELECT text_en FROM care.notice")[0]
    assert "from CNY 5000.00 to CNY 5500.00" in text
    found = book.database.read(lambda db: explain(db, OwnedId(line.customer_id, number)))
    assert [rule.rule for rule in found.rules] == ["clear"]


def test_nothing_to_do_is_kept_on_record(book: Book) -> None:
    line = book.line(500_000)

    number = reviewed(book, line, KEEP)

    assert (state_of(book, number), limit_of(book, line), notices(book, line)) == (
        "kept",
        500_000,
        [],
    )
    assert rows(
        book, "SELECT reasons FROM decisioning.decision WHERE decision_id = %s", number
    ) == [(["EXT-03"],)]


def test_a_cut_is_announced_before_it_holds_and_debts_keep_their_schedule(book: Book) -> None:
    shop, line = book.shop(), book.line(500_000)
    book.buy(line, 480_000, at_shop=shop)
    owed = rows(book, "SELECT * FROM money.installment")

    number = reviewed(book, line, CUT)

    on = book.today
    assert (state_of(book, number), limit_of(book, line)) == ("announced", 500_000)
    assert notices(book, line) == ["limit_cut"]
    (text, english) = rows(book, "SELECT text_zh, text_en FROM care.notice")[0]
    assert f"将于 {on + timedelta(days=7)} 起" in text
    assert "to CNY 3500.00" in english

    book.close_until(on + timedelta(days=6))
    assert limit_of(book, line) == 500_000
    book.close_day()
    assert (state_of(book, number), limit_of(book, line)) == ("applied", 350_000)
    assert rows(book, "SELECT * FROM money.installment") == owed
    told = [kind for kind in notices(book, line) if kind.startswith("limit")]
    assert told == ["limit_cut"], "it was told before"
    assert problems(book) == []


def test_odd_behavior_cuts_at_once(book: Book) -> None:
    line = book.line(500_000)

    number = reviewed(book, line, CUT_AT_ONCE)

    assert (state_of(book, number), limit_of(book, line)) == ("applied", 350_000)
    assert notices(book, line) == ["limit_cut"]


def test_what_a_person_is_asked_waits(book: Book) -> None:
    line = book.line(500_000)

    number = reviewed(book, line, ASK)

    assert (state_of(book, number), limit_of(book, line), notices(book, line)) == (
        "referred",
        500_000,
        [],
    )


def test_a_line_is_reviewed_once_a_day(book: Book) -> None:
    line = book.line(500_000)
    reviewed(book, line, CLEAR)

    again = review(book, [line])

    assert again.judged == 0
    assert limit_of(book, line) == 550_000
    assert rows(book, "SELECT count(*) FROM credit.limit_review") == [(1,)]
    assert rows(book, "SELECT count(*) FROM decisioning.decision") == [(1,)]


def test_no_second_raise_before_the_first_has_shown_what_it_does(book: Book) -> None:
    line = book.line(500_000)
    reviewed(book, line, CLEAR)
    book.close_day()

    number = reviewed(book, line, CLEAR)

    assert state_of(book, number) == "kept"
    assert rows(book, "SELECT bound FROM credit.limit_review WHERE review_id = %s", number) == [
        ("cool_down",)
    ]
    assert limit_of(book, line) == 550_000


def test_periodic_reviews_are_spread_and_catch_up(book: Book) -> None:
    lines = [book.line(500_000) for _ in range(200)]
    book.write(lambda db: db.execute("UPDATE money.line SET opened_on = '2025-01-01'"))
    wish(book, lines, KEEP)

    first = review(book)
    assert 0 < first.judged < 40, "no day has all, nor does the first"
    assert review(book).judged == 0
    book.close_until(date(2026, 1, 11))
    later = review(book)
    assert later.judged > first.judged // 3, "the turns of ten days are caught up with"
    turns = rows(book, "SELECT line_id, reviewed_on, next_review_on FROM credit.limit_review")
    for line_id, reviewed_on, next_on in turns:
        slot = slot_on(line_id, on=reviewed_on, period_days=182)
        assert timedelta(0) <= reviewed_on - slot <= timedelta(days=14)
        assert next_on == slot + timedelta(days=182)


def test_a_run_that_cuts_too_many_stops_whole_until_two_people_release_it(book: Book) -> None:
    lines = [book.line(500_000) for _ in range(12)]
    wish(book, lines[:11], CUT)
    wish(book, lines[11:], CLEAR)

    report = review(book, lines, by="Ann")

    assert (report.state, report.cuts, report.allowed) == (RunState.STOPPED, 11, 10)
    assert rows(book, "SELECT count(*) FROM care.notice") == [(0,)]
    assert limit_of(book, lines[11]) == 500_000, "the whole run waits"

    def release(by: str) -> object:
        return book.write(lambda db: release_run(db, report.run_id, by=by, at=book.at))

    assert isinstance(release(" ann "), NotAllowed), "who asked for it does not release it"
    first = release("Bob")
    assert not isinstance(first, WhiteslipError)
    assert isinstance(release("BOB"), Conflict), "once is not twice"
    done = release("Cid")
    assert getattr(done, "state", None) is RunState.FINISHED
    assert rows(book, "SELECT state, count(*) FROM credit.limit_review GROUP BY 1 ORDER BY 1") == [
        ("announced", 11),
        ("applied", 1),
    ]
    assert rows(book, "SELECT moved FROM decisioning.rule_book_run") == [(11,)]


def test_a_large_cut_is_not_made_in_small_runs(book: Book) -> None:
    lines = [book.line(500_000) for _ in range(12)]
    wish(book, lines, CUT)

    states = [review(book, lines[start : start + 4]).state for start in (0, 4, 8)]

    assert states == [RunState.FINISHED, RunState.FINISHED, RunState.STOPPED]


def test_a_discarded_run_does_nothing(book: Book) -> None:
    lines = [book.line(500_000) for _ in range(11)]
    wish(book, lines, CUT)
    report = review(book, lines)

    book.write(lambda db: discard_run(db, report.run_id, by="Bob", at=book.at))

    assert rows(book, "SELECT DISTINCT state FROM credit.limit_review") == [("withdrawn",)]
    assert rows(book, "SELECT count(*) FROM care.notice") == [(0,)]
    assert {limit_of(book, line) for line in lines} == {500_000}


def test_a_limit_somebody_moves_meanwhile_is_theirs(book: Book) -> None:
    line = book.line(500_000)
    number = reviewed(book, line, CUT)
    book.write(lambda db: db.execute("UPDATE money.line SET fixed_limit_minor = 600000"))

    book.close_until(date(2026, 1, 9))

    assert (state_of(book, number), limit_of(book, line)) == ("withdrawn", 600_000)
    assert notices(book, line) == ["limit_cut", "limit_kept"]
    assert book.at == noon(book.today)


def run_cases(book: Book) -> list[tuple[str, str, int]]:
    query = "SELECT state, subject_type, subject_id FROM risk.review_case WHERE kind = 'run'"
    return [(row[0], row[1], row[2]) for row in rows(book, query)]


@pytest.mark.parametrize("end", ["release", "discard"])
def test_a_stopped_run_waits_in_the_queue_until_it_is_released_or_discarded(
    book: Book, end: str
) -> None:
    lines = [book.line() for _ in range(11)]
    wish(book, lines, CUT)
    stopped = review(book, lines)
    assert run_cases(book) == [("open", "limit_run", stopped.run_id)]

    if end == "release":
        book.write(lambda db: release_run(db, stopped.run_id, by="Anna", at=book.at))
        assert run_cases(book)[0][0] == "open"
        book.write(lambda db: release_run(db, stopped.run_id, by="Bo", at=book.at))
    else:
        book.write(lambda db: discard_run(db, stopped.run_id, by="Anna", at=book.at))

    assert run_cases(book) == [("withdrawn", "limit_run", stopped.run_id)]
    assert problems(book) == []
