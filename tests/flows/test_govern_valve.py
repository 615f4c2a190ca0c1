"""The valve at checkout: what acts refuses new purchases alone, honestly, and leaves no trace on the person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.builders import Book, done, founded

from whiteslip.decisioning.habits.store import read_habits
from whiteslip.flows.check_books import check_books
from whiteslip.flows.checkout import PurchaseRequest, checkout
from whiteslip.flows.govern_valve import (
    Command,
    Governed,
    Proposal,
    ValveStep,
    govern_valve,
    propose_stage,
)
from whiteslip.flows.guard_liquidity import propose_valve
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable, WhiteslipError
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey
from whiteslip.money.purchases.model import Authorized, Declined, Way
from whiteslip.risk.liquidity import store
from whiteslip.risk.liquidity.model import State
from whiteslip.views.usability import Asked, Gate, usability

LARGE, SMALL = 150_000, 80_000


@pytest.fixture
def book(database: Database) -> Book:
    found = founded(database)
    found.grant_all()
    return found


def propose(book: Book, stage: str, *, segment: str | None = None) -> int:
    at = book.at
    asked = Proposal(stage, "Anna", "cash is short", segment)
    return done(book.write(lambda db: propose_stage(db, asked, at=at))).valve.valve_id


def step(book: Book, valve_id: int, command: Command, by: str) -> Governed | WhiteslipError:
    at = book.at
    asked = ValveStep(valve_id, command, by, "seen the forecast")
    return book.write(lambda db: govern_valve(db, asked, at=at))


def release(book: Book, stage: str, *, segment: str | None = None) -> int:
    number = propose(book, stage, segment=segment)
    assert done(step(book, number, Command.RELEASE, "Anna")).missing == 1
    assert done(step(book, number, Command.RELEASE, "Bo")).valve.state is State.ACTING
    return number


def declined(book: Book, line: LineKey, amount: int, shop: int, *, months: int = 0) -> Declined:
    answer = book.ask(line, amount, at_shop=shop, plan_months=months)
    assert isinstance(answer, Declined), answer
    return answer


def test_one_person_releases_nothing_however_often_they_say_so(book: Book) -> None:
    shop, line = book.shop(), book.line()
    number = propose(book, "stopped")

    step(book, number, Command.RELEASE, "Anna")

    assert isinstance(step(book, number, Command.RELEASE, " anna"), Conflict)
    assert isinstance(book.ask(line, SMALL, at_shop=shop), Authorized)


def test_what_is_stopped_is_refused_with_the_reason_and_its_end(book: Book) -> None:
    shop, line = book.shop(), book.line()
    release(book, "stopped")

    answer = declined(book, line, SMALL, shop)

    (reason,) = answer.reasons
    assert reason.code is ReasonCode.PURCHASES_LIMITED
    assert reason.facts == {"date": (book.today + timedelta(days=14)).isoformat()}
    assert [one.way for one in answer.other_ways] == [Way.ANOTHER_METHOD]
    assert answer.available_minor == 500_000


def test_less_is_let_through_and_offered(book: Book) -> None:
    shop, line = book.shop(), book.line()
    release(book, "smaller")

    answer = declined(book, line, LARGE, shop)

    smaller = next(one for one in answer.other_ways if one.way is Way.SMALLER_AMOUNT)
    assert 0 < smaller.credit_minor <= 100_000
    assert isinstance(book.ask(line, smaller.credit_minor, at_shop=shop), Authorized)


def test_a_plan_is_refused_and_paying_later_offered_in_its_place(book: Book) -> None:
    shop, line = book.shop(), book.line()
    release(book, "smaller")

    answer = declined(book, line, SMALL, shop, months=6)

    later = next(one for one in answer.other_ways if one.way is Way.PAY_LATER)
    assert later.credit_minor == SMALL
    assert isinstance(book.ask(line, SMALL, at_shop=shop), Authorized)


def test_everything_else_goes_on_under_a_valve_that_stops_all(book: Book) -> None:
    shop, line = book.shop(), book.line()
    bought = book.buy(line, SMALL, at_shop=shop)
    held = book.hold(line, SMALL, at_shop=shop)
    release(book, "stopped")

    book.capture(line.customer_id, held.purchase_id)
    book.refund(line.customer_id, bought, 10_000)
    paid = book.pay(line, 20_000)
    book.close_until(book.today.replace(day=6))

    assert paid.allocated_minor == 20_000
    statements = book.database.read(
        lambda db: db.execute("SELECT count(*) FROM money.statement").fetchone()
    )
    assert statements == (1,)
    assert book.database.read(check_books).problems == []


def test_a_refusal_by_the_valve_is_no_trace_of_the_person(book: Book) -> None:
    shop, line = book.shop(), book.line()
    book.ask(line, SMALL, at_shop=shop)
    before = book.database.read(lambda db: read_habits(db, [line.customer_id]))
    release(book, "stopped")

    declined(book, line, SMALL, shop)

    assert book.database.read(lambda db: read_habits(db, [line.customer_id])) == before
    level = book.database.read(
        lambda db: db.execute("SELECT max(restriction_level) FROM money.line").fetchone()
    )
    assert level == (0,)


def test_a_segment_binds_only_who_is_in_it(book: Book) -> None:
    shop, line, other = book.shop(), book.line(), book.line()
    book.buy(line, 1_000, at_shop=shop)
    release(book, "stopped", segment="purchases_before = 0")

    assert isinstance(book.ask(line, SMALL, at_shop=shop), Authorized)
    declined(book, other, SMALL, shop)


def test_a_segment_that_cannot_be_read_is_refused(book: Book) -> None:
    with pytest.raises(InvalidInput, match="segment"):
        propose(book, "stopped", segment="zodiac = 3")


def test_the_share_let_through_is_the_same_all_day_and_another_the_next(book: Book) -> None:
    shop = book.shop()
    lines = [book.line() for _ in range(40)]
    release(book, "slower")

    def passed() -> list[bool]:
        return [isinstance(book.ask(one, 1_000, at_shop=shop), Authorized) for one in lines]

    today = passed()
    assert 8 <= sum(today) <= 32
    assert passed() == today
    book.close_day()
    assert passed() != today


def test_a_valve_ends_by_itself_and_by_two_people(book: Book) -> None:
    shop, line = book.shop(), book.line()
    number = release(book, "stopped")

    assert done(step(book, number, Command.END, "Anna")).missing == 1
    declined(book, line, SMALL, shop)
    assert done(step(book, number, Command.END, "Cai")).valve.state is State.ENDED
    assert isinstance(book.ask(line, SMALL, at_shop=shop), Authorized)

    release(book, "stopped")
    for _ in range(13):
        book.close_day()
    declined(book, line, SMALL, shop)
    book.close_day()
    assert isinstance(book.ask(line, SMALL, at_shop=shop), Authorized)
    report = propose_valve(book.database, at=book.at)
    assert [one.state for one in report.lapsed] == [State.ENDED]


def test_a_rehearsal_refuses_nothing_and_counts_what_it_would_have(book: Book) -> None:
    shop, line = book.shop(), book.line()
    number = propose(book, "smaller")
    done(step(book, number, Command.REHEARSE, "Anna"))

    assert isinstance(book.ask(line, LARGE, at_shop=shop), Authorized)
    assert isinstance(book.ask(line, SMALL, at_shop=shop), Authorized)

    today = book.today
    (counted,) = book.database.read(lambda db: store.sum_counts(db, from_on=today, until=today))
    assert counted == (number, today, False, 2, LARGE + SMALL, 1, LARGE)


def test_what_is_released_next_takes_the_place_of_what_acts(book: Book) -> None:
    shop, line = book.shop(), book.line()
    first = release(book, "smaller")
    assert isinstance(book.ask(line, SMALL, at_shop=shop), Authorized)

    release(book, "stopped")

    declined(book, line, SMALL, shop)
    assert book.database.read(lambda db: store.find_valve(db, first)).state is State.ENDED


@pytest.mark.parametrize(
    "broken",
    [
        "DELETE FROM risk.valve_state",
        "UPDATE risk.valve_state SET acting = '{\"valve_id\": 1}'",
        "UPDATE risk.valve_state SET acting = jsonb_set(acting, '{plans}', '\"perhaps\"')",
        "UPDATE risk.valve_state SET acting = jsonb_set(acting, '{segment}', '\"zodiac = 3\"')",
    ],
)
def test_a_valve_that_cannot_be_read_is_not_open(book: Book, broken: str) -> None:
    shop, line = book.shop(), book.line()
    release(book, "smaller")
    at = book.at
    book.write(lambda db: db.execute(broken.encode()).rowcount)

    with pytest.raises(Unavailable, match="valve"):
        book.ask(line, SMALL, at_shop=shop)

    seen = book.database.read(lambda db: usability(db, line, Asked(SMALL), at=at))
    assert seen is not None
    assert not seen.can_buy
    assert [one.gate for one in seen.gates if not one.is_open] == [Gate.SYSTEM]
    assert book.pay(line, 100).credit_minor == 100


def test_the_view_shows_the_gate_with_its_end_and_what_is_let_through(book: Book) -> None:
    line = book.line()
    release(book, "smaller")
    at = book.at

    def seen(amount: int | None, months: int = 0) -> tuple[bool, list[Gate]]:
        found = book.database.read(
            lambda db: usability(db, line, Asked(amount, None, months), at=at)
        )
        assert found is not None
        return found.can_buy, [one.gate for one in found.gates if not one.is_open]

    assert seen(None) == (True, [])
    assert seen(SMALL) == (True, [])
    assert seen(SMALL, 6) == (False, [Gate.POLICY])
    found = book.database.read(lambda db: usability(db, line, Asked(LARGE), at=at))
    assert found is not None
    (gate,) = [one for one in found.gates if not one.is_open]
    assert gate.reasons[0].facts == {"date": (book.today + timedelta(days=21)).isoformat()}
    assert found.way_back.usable_on == book.today + timedelta(days=21)
    smaller = next(one for one in found.other_ways if one.way is Way.SMALLER_AMOUNT)
    assert smaller.credit_minor <= 100_000


def test_a_release_waits_for_purchases_under_way(
    book: Book, connections: Callable[[], Connection]
) -> None:
    shop, line = book.shop(), book.line()
    number = propose(book, "stopped")
    step(book, number, Command.RELEASE, "Anna")
    at = book.at
    buying, releasing = connections(), connections()
    asked = PurchaseRequest(*line, shop, SMALL, 0, "order", is_verified=True)
    (answer,) = checkout(buying, [asked], at=at)
    assert isinstance(answer, Authorized)
    releasing.execute("SET lock_timeout = '200ms'")

    with pytest.raises(Exception, match="lock timeout"):
        govern_valve(releasing, ValveStep(number, Command.RELEASE, "Bo", "go"), at=at)

    releasing.rollback()
    buying.commit()
    assert not isinstance(step(book, number, Command.RELEASE, "Bo"), WhiteslipError)
    declined(book, line, SMALL, shop)


def test_a_valve_nobody_knows_is_not_found(book: Book) -> None:
    with pytest.raises(NotFound):
        step(book, 404, Command.RELEASE, "Anna")
