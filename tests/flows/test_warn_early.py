"""The indicators are evaluated for a closed day; bad data is said to be unknown, here and where it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from tests.builders import Book, founded, noon

from whiteslip.flows.warn_early import (
    Acknowledgment,
    Warned,
    acknowledge_warnings,
    escalate_warnings,
    warn_early,
)
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.risk.signals import store
from whiteslip.risk.signals.life import State
from whiteslip.risk.signals.model import Catalog, Color, Control, Judge, Why
from whiteslip.views.warnings import WarningView, standing
from whiteslip.worker.reviews import ReviewClock


@pytest.fixture
def book(database: Database) -> Book:
    made = founded(database)
    made.grant_all()
    return made


def catalog(**least_counts: int) -> Catalog:
    """The shipped indicators that are named, each with another least count."""
    every = store.catalog().indicators
    chosen = {name: every[name]._replace(least_count=n) for name, n in least_counts.items()}
    return store.catalog()._replace(indicators=chosen, fast={})


def shown(book: Book, chosen: Catalog) -> Mapping[str, WarningView]:
    views = book.database.read(lambda db: standing(db, at=book.at, chosen=chosen))
    return {view.indicator.id: view for view in views}


def overdue(book: Book, *, good: int, bad: int) -> date:
    """Let people buy and come due; returns the due day, closed."""
    shop = book.shop()
    lines = [book.line(statement_day=5) for _ in range(good + bad)]
    for line in lines:
        book.buy(line, 30_000, at_shop=shop)
    book.close_until(date(2026, 1, 6))
    for line in lines[:good]:
        book.pay(line, 30_000)
    book.close_until(date(2026, 2, 5))
    return book.today


def test_a_book_of_which_a_third_rolls_is_red_and_stays_as_it_was_judged(book: Book) -> None:
    overdue(book, good=4, bad=2)
    chosen = catalog(roll_to_overdue=3)

    report = warn_early(book.database, at=book.at, catalog=chosen)

    (one,) = report.evaluations
    assert (one.color, one.why, one.hits, one.out_of) == (Color.RED, None, 2, 6)
    assert shown(book, chosen)["roll_to_overdue"].color is Color.RED
    assert warn_early(book.database, at=book.at, catalog=chosen).evaluations == ()


def test_a_segment_of_three_people_is_unknown_and_not_green(book: Book) -> None:
    overdue(book, good=3, bad=0)
    few, control = catalog(roll_to_overdue=4), catalog(roll_to_overdue=3)

    (one,) = warn_early(book.database, at=book.at, catalog=few).evaluations
    assert (one.color, one.why, one.value_ppm) == (Color.UNKNOWN, Why.TOO_FEW, 0)
    assert shown(book, few)["roll_to_overdue"].color is Color.UNKNOWN

    (one,) = warn_early(book.database, at=book.at, catalog=control).evaluations
    assert one.color is Color.GREEN


def test_a_bank_that_never_reported_is_unknown_and_not_without_failures(book: Book) -> None:
    overdue(book, good=3, bad=0)
    chosen = catalog(failed_debits=1)
    wide = chosen.indicators["failed_debits"]._replace(window_days=30)

    (one,) = warn_early(
        book.database, at=book.at, catalog=chosen._replace(indicators={"failed_debits": wide})
    ).evaluations

    assert (one.color, one.why, one.hits, one.out_of) == (Color.UNKNOWN, Why.ABSENT, 0, 3)


def test_an_indicator_that_cannot_be_computed_is_unknown_and_stops_no_other(book: Book) -> None:
    overdue(book, good=3, bad=0)
    chosen = catalog(roll_to_overdue=3, complaints=1)
    query = b"ALTER TABLE care.complaint RENAME TO gone"
    book.write(lambda db: db.execute(query).rowcount)

    found = {one.indicator: one for one in warn_early(book.database, at=book.at, catalog=chosen)[1]}

    assert (found["complaints"].color, found["complaints"].why) == (Color.UNKNOWN, Why.FAILED)
    assert found["complaints"].out_of is None
    assert found["roll_to_overdue"].color is Color.GREEN


def test_a_clock_that_jumps_back_or_far_ahead_is_said(book: Book) -> None:
    overdue(book, good=3, bad=0)
    chosen = catalog(roll_to_overdue=3)

    def judged(days: int) -> tuple[Color, Why | None]:
        at = noon(book.today) + timedelta(days=days)
        (one,) = warn_early(book.database, at=at, catalog=chosen).evaluations
        return one.color, one.why

    assert judged(9) == (Color.UNKNOWN, Why.LATE)
    assert judged(0) == (Color.UNKNOWN, Why.CLOCK)
    assert judged(10) == (Color.UNKNOWN, Why.LATE)


def test_a_color_of_another_day_is_not_that_of_now(book: Book) -> None:
    overdue(book, good=3, bad=0)
    chosen = catalog(roll_to_overdue=3)
    assert shown(book, chosen)["roll_to_overdue"][1:3] == (Color.UNKNOWN, Why.NEVER)
    warn_early(book.database, at=book.at, catalog=chosen)
    assert shown(book, chosen)["roll_to_overdue"].color is Color.GREEN

    book.close_day()

    view = shown(book, chosen)["roll_to_overdue"]
    assert (view.color, view.why) == (Color.UNKNOWN, Why.STALE)
    assert view.last is not None
    assert view.last.color is Color.GREEN


def acknowledged(book: Book, by: str) -> Warned | WhiteslipError:
    asked = Acknowledgment("roll_to_overdue", by, "the bank is called")
    at = book.at
    return book.write(lambda db: acknowledge_warnings(db, [asked], at=at))[0]


def steps(book: Book) -> list[str]:
    query = b"SELECT command FROM risk.signal_step ORDER BY warning_id, step"
    return [command for (command,) in book.database.read(lambda db: db.execute(query).fetchall())]


def events(book: Book) -> list[str]:
    query = b"SELECT topic FROM infra.outbox WHERE topic LIKE 'risk.warning%' ORDER BY outbox_id"
    return [topic for (topic,) in book.database.read(lambda db: db.execute(query).fetchall())]


def test_a_warning_is_raised_once_acknowledged_and_ends_when_all_is_well(book: Book) -> None:
    overdue(book, good=4, bad=2)
    chosen = catalog(roll_to_overdue=1)
    assert isinstance(acknowledged(book, "Ann"), NotFound)
    warn_early(book.database, at=book.at, catalog=chosen)
    book.close_day()
    warn_early(book.database, at=book.at, catalog=chosen)
    assert steps(book) == ["raise"], "it stands already"

    done = acknowledged(book, "Ann")
    assert isinstance(done, Warned)
    assert isinstance(acknowledged(book, "Bo"), Conflict)
    view = shown(book, chosen)["roll_to_overdue"].warning
    assert view is not None
    assert view[:2] == (State.ACKNOWLEDGED, Color.RED)
    assert view[-2:] == ("ann", "the bank is called")

    easy = chosen.indicators["roll_to_overdue"]
    easy = easy._replace(
        thresholds=easy.thresholds._replace(yellow_ppm=500_000, orange_ppm=600_000, red_ppm=700_000)
    )
    book.close_day()
    warn_early(book.database, at=book.at, catalog=chosen._replace(indicators={easy.id: easy}))
    assert steps(book) == ["raise", "acknowledge", "end"]
    assert shown(book, chosen)["roll_to_overdue"].warning is None
    assert events(book) == ["risk.warning-raised"]


def test_what_nobody_acknowledged_in_time_goes_to_another_once(book: Book) -> None:
    overdue(book, good=4, bad=2)
    warn_early(book.database, at=book.at, catalog=catalog(roll_to_overdue=1))
    hours = store.catalog().indicators["roll_to_overdue"].acknowledge_hours
    due_at = book.at + timedelta(hours=hours)

    early, late = (
        ReviewClock(book.database, FixedClock(due_at + timedelta(seconds=by))) for by in (-1, 0)
    )
    assert (early.warn(), late.warn(), late.warn()) == (0, 1, 0)
    assert isinstance(acknowledged(book, "Ann"), Warned), "late is better than never"
    assert book.write(lambda db: escalate_warnings(db, at=due_at)) == []
    assert steps(book) == ["raise", "escalate", "acknowledge"]
    assert events(book) == ["risk.warning-raised", "risk.warning-escalated"]


def test_an_unknown_day_neither_raises_nor_ends_a_warning(book: Book) -> None:
    overdue(book, good=4, bad=2)
    warn_early(book.database, at=book.at, catalog=catalog(roll_to_overdue=1))
    book.close_day()

    (one,) = warn_early(book.database, at=book.at, catalog=catalog(roll_to_overdue=99)).evaluations

    assert one.color is Color.UNKNOWN
    assert steps(book) == ["raise"]


def cases(book: Book) -> list[tuple[str, int, str]]:
    query = b"""
        SELECT review_case.kind, review_case.pieces, review_evidence.evidence #>> '{warning,indicator}'
        FROM risk.review_case INNER JOIN risk.review_evidence USING (customer_id, case_id)
        WHERE review_case.kind = 'warning' AND customer_id = 0 ORDER BY piece
    """
    return book.database.read(lambda db: db.execute(query).fetchall())


def test_a_red_one_opens_one_case_while_it_lasts(book: Book) -> None:
    overdue(book, good=4, bad=2)
    chosen = catalog(roll_to_overdue=1)
    red = chosen.indicators["roll_to_overdue"]
    limits = red.thresholds._replace(orange_ppm=200_000, red_ppm=900_000)
    orange = red._replace(thresholds=limits)
    warn_early(book.database, at=book.at, catalog=chosen._replace(indicators={red.id: orange}))
    assert (steps(book), cases(book)) == (["raise"], []), "orange is no case"

    for _ in range(2):
        book.close_day()
        warn_early(book.database, at=book.at, catalog=chosen)

    assert steps(book) == ["raise", "worsen"]
    assert cases(book) == [("warning", 1, "roll_to_overdue")]


def test_two_who_evaluate_at_once_raise_one_warning_and_one_case(book: Book) -> None:
    overdue(book, good=4, bad=2)
    chosen, at = catalog(roll_to_overdue=1), book.at

    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(warn_early, book.database, at=at, catalog=chosen) for _ in range(4)]
    assert all(run.result().on == book.today - timedelta(days=1) for run in runs)

    query = b"SELECT count(*) FROM risk.signal_evaluation"
    assert book.database.read(lambda db: db.execute(query).fetchone()) == (1,)
    assert (steps(book), len(cases(book))) == (["raise"], 1)


def remembered(book: Book, *days: tuple[int, int, str]) -> None:
    """Write evaluations of days before: how many days ago, the value, the color."""
    query = b"""
        INSERT INTO risk.signal_evaluation (
            indicator, evaluated_on, attempt, version, evaluated_at, from_on, to_on, hits, out_of, value_ppm, color, why
        ) VALUES ('roll_to_overdue', %s, 1, 1, %s, %s, %s, %s, 1000000, %s, %s, %s)
    """
    for ago, value, color in days:
        on = book.today - timedelta(days=1 + ago)
        why = "failed" if color == "unknown" else None
        values = [on, noon(on), on, on + timedelta(days=1), value, value, color, why]
        book.write(lambda db, values=values: db.execute(query, values).rowcount)


def held() -> Catalog:
    """The shipped roll rate with a threshold nothing reaches, and control limits over five days at least."""
    chosen = catalog(roll_to_overdue=3)
    one = chosen.indicators["roll_to_overdue"]
    fixed = one.thresholds._replace(yellow_ppm=900_000, orange_ppm=950_000, red_ppm=990_000)
    own = Control(60, 5, 3_000, 4_000, 5_000, 1_000)
    return chosen._replace(indicators={one.id: one._replace(thresholds=fixed, control=own)})


def test_what_is_unusual_for_the_book_is_seen_though_no_threshold_is_reached(book: Book) -> None:
    overdue(book, good=4, bad=2)
    remembered(book, *((ago, 20_000 + 100 * ago, "green") for ago in range(1, 8)))

    (one,) = warn_early(book.database, at=book.at, catalog=held()).evaluations

    assert (one.color, one.judged_by, one.center_ppm) == (Color.RED, Judge.CONTROL, 20_400)
    view = shown(book, held())["roll_to_overdue"]
    assert view.last is not None
    assert (view.color, view.last.judged_by) == (Color.RED, Judge.CONTROL)
    (evaluated,) = cases(book)
    assert evaluated[2] == "roll_to_overdue"


def test_red_days_and_unknown_ones_teach_nothing(book: Book) -> None:
    overdue(book, good=4, bad=2)
    usual = [(ago, 20_000, "green") for ago in range(1, 6)]
    bad = [(ago, 330_000, "red") for ago in range(6, 30)]
    dark = [(ago, 330_000, "unknown") for ago in range(30, 50)]
    remembered(book, *usual, *bad, *dark)

    (one,) = warn_early(book.database, at=book.at, catalog=held()).evaluations

    assert (one.color, one.center_ppm) == (Color.RED, 20_000)


def test_control_had_red_days_taught_a_red_day_would_be_green(book: Book) -> None:
    overdue(book, good=4, bad=2)
    usual = [(ago, 20_000, "green") for ago in range(1, 6)]
    planted = [(ago, 330_000, "orange") for ago in range(6, 30)]  # the red ones, called otherwise
    remembered(book, *usual, *planted)

    (one,) = warn_early(book.database, at=book.at, catalog=held()).evaluations

    assert one.color is Color.GREEN


def test_memory_may_be_begun_anew_and_a_short_one_says_nothing(book: Book) -> None:
    overdue(book, good=4, bad=2)
    remembered(book, *((ago, 20_000, "green") for ago in range(1, 20)))
    since = book.today - timedelta(days=4)
    chosen = held()
    one = chosen.indicators["roll_to_overdue"]
    assert one.control is not None
    anew = one._replace(control=one.control._replace(since=since))

    (found,) = warn_early(
        book.database, at=book.at, catalog=chosen._replace(indicators={one.id: anew})
    ).evaluations

    assert (found.color, found.judged_by, found.center_ppm) == (Color.GREEN, Judge.THRESHOLDS, None)
