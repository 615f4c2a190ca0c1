"""What each level takes from a line, how a reviewer eases one, whom a restriction is for, and what a relief bars."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from tests.builders import Book, done, founded
from tests.simulation.invariants import broken

from whiteslip.care.hardship.model import Form, Side, Terms
from whiteslip.flows.change_limits import TemporaryLimit, grant_temporary_limits
from whiteslip.flows.checkout import Authorized, Declined, PurchaseRequest, Referred, checkout
from whiteslip.flows.ease_repayment import ReliefRequest, ask_relief
from whiteslip.flows.quote import QuoteRequest, quote
from whiteslip.flows.restrict import (
    EaseRequest,
    LiftRequest,
    Restricted,
    RestrictionRequest,
    Scope,
    ease,
    lift,
    restrict,
)
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.suspensions import store
from whiteslip.risk.suspensions.life import Command
from whiteslip.risk.suspensions.model import Step
from whiteslip.views import book as books
from whiteslip.views.lines import show
from whiteslip.views.usability import Asked, usability

LIMIT = 100_000
COURT, FRAUD = ReasonCode.LEGAL_ORDER, ReasonCode.FRAUD_SUSPECTED


@pytest.fixture
def book(database: Database) -> Book:
    made = founded(database)
    made.grant_all()
    return made


def impose(
    book: Book,
    key: LineKey,
    level: int,
    *,
    code: ReasonCode = COURT,
    scope: Scope = Scope.LINE,
) -> Restricted | WhiteslipError:
    at, asked = book.at, RestrictionRequest(*key, level, code, "anna", scope)
    return book.write(lambda db: restrict(db, [asked], at=at))[0]


def eased(book: Book, held: Restricted, level: int, note: str = "knows them") -> object:
    asked, at = EaseRequest(held.customer_id, held.restriction_id, level, note, "bo"), book.at
    return book.write(lambda db: ease(db, [asked], at=at))[0]


def lifted(book: Book, held: Restricted) -> object:
    asked, at = LiftRequest(held.customer_id, held.restriction_id, "bo"), book.at
    return book.write(lambda db: lift(db, [asked], at=at))[0]


def told(book: Book, key: LineKey) -> list[tuple[str, str]]:
    query = "SELECT kind, text_en FROM care.notice WHERE line_id = %s ORDER BY notice_id"
    return book.write(lambda db: db.execute(query, [key.line_id]).fetchall())


def ask(
    book: Book, key: LineKey, amount: int, shop: int, *, months: int = 0, verified: bool = True
) -> Authorized | Declined | Referred:
    at = book.at
    asked = PurchaseRequest(*key, shop, amount, months, "o", is_verified=verified)
    return done(book.write(lambda db: checkout(db, [asked], at=at))[0])


def codes(answer: Authorized | Declined | Referred) -> list[str]:
    return [] if isinstance(answer, Authorized) else [one.code for one in answer.reasons]


def level(book: Book, key: LineKey) -> int:
    query = "SELECT restriction_level FROM money.line WHERE line_id = %s"
    return book.write(lambda db: db.execute(query, [key.line_id]).fetchall())[0][0]


# Levels


def test_a_restricted_line_is_used_up_to_half_of_its_fixed_limit(book: Book) -> None:
    line, shop = book.line(LIMIT), book.shop()
    at, ends = book.at, book.today + timedelta(days=9)
    book.write(lambda db: grant_temporary_limits(db, [TemporaryLimit(*line, 40_000, ends)], at=at))
    book.buy(line, 20_000, at_shop=shop)
    done(impose(book, line, 3))

    refused = ask(book, line, 30_001, shop)
    assert isinstance(refused, Declined)
    assert codes(refused) == [COURT, ReasonCode.LIMIT_EXCEEDED]
    assert refused.reasons[-1].facts == {"available": "300.00"}
    assert refused.available_minor == 30_000
    seen = book.write(lambda db: show(db, *line))
    assert seen is not None
    assert seen.available_minor == 30_000
    whole = book.write(books.show)
    assert whole is not None
    assert whole.totals.available_minor == 30_000
    asked = QuoteRequest(*line, 30_001, 0)
    quoted = book.write(lambda db: quote(db, asked))
    assert (quoted.available_minor, quoted.reasons[0].code) == (30_000, COURT)
    assert told(book, line)[-1][0] == "restricted"
    assert "CNY 500.00 in all" in told(book, line)[-1][1]
    granted = ask(book, line, 30_000, shop)
    assert isinstance(granted, Authorized)
    assert granted.available_minor == 0
    assert book.write(broken) == []


def test_each_level_takes_no_less_than_the_one_below(book: Book) -> None:
    shop = book.shop()

    def outcome(at_level: int, amount: int, *, verified: bool) -> str:
        line = book.line(LIMIT)
        if at_level:
            done(impose(book, line, at_level))
        return type(ask(book, line, amount, shop, verified=verified)).__name__

    small = [outcome(at, 50_000, verified=True) for at in range(5)]
    large = [outcome(at, 50_001, verified=True) for at in range(5)]
    bare = [outcome(at, 50_000, verified=False) for at in range(5)]

    assert small == ["Authorized"] * 4 + ["Declined"]
    assert large == ["Authorized"] * 3 + ["Declined"] * 2
    assert bare == ["Authorized"] * 2 + ["Referred"] * 2 + ["Declined"]


def test_a_line_that_must_be_verified_says_why_and_what_it_needs(book: Book) -> None:
    line, shop = book.line(LIMIT), book.shop()
    done(impose(book, line, 2, code=ReasonCode.UNLIKE_HISTORY))

    answer = ask(book, line, 1_000, shop, verified=False)

    assert isinstance(answer, Referred)
    assert (answer.needs, codes(answer)) == ("verification", [ReasonCode.UNLIKE_HISTORY])


def test_a_batch_on_a_restricted_line_is_judged_one_after_the_other(book: Book) -> None:
    line, shop, at = book.line(LIMIT), book.shop(), book.at
    done(impose(book, line, 3))
    asked = [
        PurchaseRequest(*line, shop, amount, 0, "o", is_verified=True)
        for amount in (30_000, 30_000, 20_000, 1)
    ]

    answers = book.write(lambda db: checkout(db, asked, at=at))

    assert [isinstance(one, Authorized) for one in answers] == [True, False, True, False]
    assert book.write(broken) == []


def test_the_way_back_of_a_restricted_line_may_be_to_pay_within_its_share(book: Book) -> None:
    line, shop = book.line(LIMIT), book.shop()
    book.buy(line, 48_000, at_shop=shop)
    done(impose(book, line, 3))
    at = book.at

    row = book.write(lambda db: usability(db, line, Asked(5_000, shop), at=at))
    assert row is not None
    assert [gate.gate.value for gate in row.gates if not gate.is_open] == ["limit", "risk"]
    (step,) = row.way_back.steps
    assert (step.does, step.amount_minor, row.way_back.is_proven) == ("pay", 3_000, True)
    book.pay(line, 2_999)
    assert isinstance(ask(book, line, 5_000, shop), Declined)
    book.pay(line, 1)

    assert isinstance(ask(book, line, 5_000, shop), Authorized)
    small = book.write(lambda db: usability(db, line, Asked(), at=at))
    assert small is not None
    assert not small.can_buy, "the share is used up"


# Easing


def test_a_suspension_is_eased_to_a_restriction_and_told(book: Book) -> None:
    line, shop = book.line(LIMIT), book.shop()
    held = done(impose(book, line, 4, code=FRAUD))
    assert isinstance(ask(book, line, 1_000, shop), Declined)

    assert eased(book, held, 3) == (*line, held.restriction_id, 3)
    kind, text = told(book, line)[-1]
    assert kind == "eased"
    assert "CNY 500.00 in all" in text
    assert isinstance(ask(book, line, 50_000, shop), Authorized)
    assert isinstance(ask(book, line, 1, shop), Declined)
    query = "SELECT from_state, to_state, actor, in_force, note FROM risk.restriction_event"
    last = book.write(lambda db: db.execute(query + " ORDER BY step DESC LIMIT 1").fetchall())[0]
    assert last == ("active", "active", "bo", 3, "knows them")
    book.close_until(book.today + timedelta(days=8))  # on its date it comes into review
    assert level(book, line) == 3
    assert eased(book, held, 1) == (*line, held.restriction_id, 1)
    assert level(book, line) == 1
    assert told(book, line)[-1][0] == "restored"
    assert book.write(broken) == []


def test_what_cannot_be_eased_stays_as_it_is(book: Book) -> None:
    line = book.line()
    held = done(impose(book, line, 3))
    plans = done(impose(book, line, 4, code=ReasonCode.SEGMENT, scope=Scope.PLANS))
    before = (level(book, line), told(book, line))

    assert isinstance(eased(book, held, 3), InvalidInput)
    assert isinstance(eased(book, held, 4), InvalidInput)
    assert isinstance(eased(book, held, 2, note=" "), InvalidInput)
    assert isinstance(eased(book, plans, 3), Conflict)
    assert isinstance(eased(book, held._replace(restriction_id=99), 1), NotFound)
    assert (level(book, line), told(book, line)) == before
    lifted(book, held)
    assert isinstance(eased(book, held, 1), Conflict)


def test_only_a_new_finding_raises_what_was_eased(book: Book) -> None:
    line, at = book.line(), book.at
    held = done(impose(book, line, 4))
    eased(book, held, 2)
    for command in (Command.APPEAL, Command.CONFIRM, Command.REVIEW, Command.CONFIRM):
        step = Step(line.customer_id, held.restriction_id, command, "cy")
        book.write(lambda db, step=step: store.take_steps(db, [step], on=book.today, at=at))
        assert level(book, line) == 2

    done(impose(book, line, 4, code=FRAUD))

    assert level(book, line) == 4
    assert book.write(broken) == []


# Whom it is for


def test_a_restriction_of_a_customer_holds_on_every_line_also_one_opened_later(book: Book) -> None:
    line, other = book.line(LIMIT), book.line(LIMIT)
    second = book.line(LIMIT, customer_id=line.customer_id)
    held = done(impose(book, line, 4, scope=Scope.CUSTOMER))
    third = book.line(LIMIT, customer_id=line.customer_id)

    theirs = [line, second, third]
    assert [level(book, key) for key in [*theirs, other]] == [4, 4, 4, 0]
    assert [told(book, key)[-1][0] for key in theirs] == ["suspended"] * 3
    assert isinstance(impose(book, second, 4, scope=Scope.CUSTOMER), Conflict)
    assert isinstance(ask(book, third, 1_000, book.shop()), Declined)
    assert book.write(broken) == []
    eased(book, held, 3)
    fourth = book.line(LIMIT, customer_id=line.customer_id)
    assert [level(book, key) for key in [*theirs, fourth]] == [3, 3, 3, 3]
    assert book.write(broken) == []
    lifted(book, held)

    assert [level(book, key) for key in [*theirs, fourth]] == [0, 0, 0, 0]
    assert told(book, third)[-1][0] == "restored"
    assert level(book, book.line(customer_id=line.customer_id)) == 0
    assert book.write(broken) == []


def test_a_line_opened_while_all_is_overridden_is_restricted_when_that_ends(book: Book) -> None:
    line = book.line(LIMIT)
    held = done(impose(book, line, 4, scope=Scope.CUSTOMER))
    until, at = book.today + timedelta(days=3), book.at
    number = held.restriction_id
    step = Step(line.customer_id, number, Command.OVERRIDE, "cy", "two agreed", until)
    book.write(lambda db: store.take_steps(db, [step], on=book.today, at=at))
    later = book.line(LIMIT, customer_id=line.customer_id)
    assert [level(book, key) for key in (line, later)] == [0, 0]
    assert told(book, later) == []
    assert book.write(broken) == []

    book.close_until(until)

    assert [level(book, key) for key in (line, later)] == [4, 4]
    assert [told(book, key)[-1][0] for key in (line, later)] == ["suspended"] * 2
    assert book.write(broken) == []


def test_one_line_may_be_restricted_beside_its_customer(book: Book) -> None:
    line = book.line(LIMIT)
    second = book.line(LIMIT, customer_id=line.customer_id)
    wide = done(impose(book, line, 3, scope=Scope.CUSTOMER))
    done(impose(book, line, 4))
    assert [level(book, key) for key in (line, second)] == [4, 3]

    lifted(book, wide)

    assert [level(book, key) for key in (line, second)] == [4, 0]


def test_plans_stop_and_paying_later_goes_on(book: Book) -> None:
    line, shop = book.line(LIMIT), book.shop()
    assert isinstance(impose(book, line, 3, scope=Scope.PLANS), InvalidInput)
    held = done(impose(book, line, 4, code=ReasonCode.SEGMENT, scope=Scope.PLANS))
    assert told(book, line)[-1][0] == "plans_stopped"
    assert level(book, line) == 0

    refused = ask(book, line, 30_000, shop, months=3)
    assert isinstance(refused, Declined)
    assert codes(refused) == [ReasonCode.SEGMENT]
    assert refused.other_ways[0] == ("pay_later", 30_000, 0, 0, False)
    assert isinstance(ask(book, line, 30_000, shop), Authorized)
    asked, at = Asked(30_000, shop, plan_months=3), book.at
    row = book.write(lambda db: usability(db, line, asked, at=at))
    assert row is not None
    assert [gate.gate.value for gate in row.gates if not gate.is_open] == ["policy"]
    lifted(book, held)

    assert told(book, line)[-1][0] == "plans_restored"
    assert isinstance(ask(book, line, 30_000, shop, months=3), Authorized)
    assert book.write(broken) == []


# Relief


def test_while_a_relief_runs_nothing_new_is_bought_and_all_else_goes_on(book: Book) -> None:
    line, shop = book.line(LIMIT, statement_day=5), book.shop()
    held = book.hold(line, 10_000, at_shop=shop)
    book.buy(line, 20_000, at_shop=shop)
    book.close_until(book.today + timedelta(days=6))
    at = book.at
    asked = ReliefRequest(*line, Terms(Form.EXTENSION, parts=1), Side.CUSTOMER, "app")
    done(book.write(lambda db: ask_relief(db, [asked], at=at))[0])

    refused = ask(book, line, 1_000, shop)
    assert isinstance(refused, Declined)
    assert codes(refused) == [ReasonCode.AGREED_RELIEF]
    assert [one.way for one in refused.other_ways] == ["another_method"]
    row = book.write(lambda db: usability(db, line, Asked(1_000, shop), at=at))
    assert row is not None
    assert [gate.gate.value for gate in row.gates if not gate.is_open] == ["relief"]
    assert isinstance(impose(book, line, 3, code=ReasonCode.SEGMENT), Conflict)
    assert isinstance(
        impose(book, line, 3, code=ReasonCode.SEGMENT, scope=Scope.CUSTOMER), Conflict
    )
    (step,) = row.way_back.steps
    assert (step.does, row.way_back.is_proven) == ("wait", True)
    assert step.until_on == row.way_back.usable_on
    book.capture(line.customer_id, held.purchase_id)
    assert book.write(broken) == []

    assert step.until_on is not None
    book.close_until(step.until_on - timedelta(days=1))
    book.pay(line, 30_000)
    assert isinstance(ask(book, line, 1_000, shop), Declined)
    book.close_day()
    assert book.today == step.until_on
    assert isinstance(ask(book, line, 1_000, shop), Authorized)
    assert book.write(broken) == []


def test_a_purchase_cannot_slip_in_beside_a_relief_that_begins(
    book: Book, connections: Callable[[], Connection]
) -> None:
    line, shop = book.line(LIMIT, statement_day=5), book.shop()
    book.buy(line, 20_000, at_shop=shop)
    book.close_until(book.today + timedelta(days=6))
    slow, at = connections(), book.at
    asked = ReliefRequest(*line, Terms(Form.EXTENSION, parts=1), Side.CUSTOMER, "app")
    done(ask_relief(slow, [asked], at=at)[0])  # not committed: the line still reads as free
    answers: list[Authorized | Declined | Referred] = []
    buying = Thread(target=lambda: answers.append(ask(book, line, 1_000, shop)))
    buying.start()
    buying.join(0.7)
    assert buying.is_alive(), "the purchase must wait for the line"
    slow.commit()
    buying.join(30)

    assert codes(answers[0]) == [ReasonCode.AGREED_RELIEF]
    assert book.write(broken) == []


def test_a_line_opened_while_its_customer_is_restricted_is_not_left_out(
    book: Book, connections: Callable[[], Connection]
) -> None:
    line = book.line(LIMIT)
    slow, at = connections(), book.at
    asked = RestrictionRequest(*line, 4, COURT, "anna", Scope.CUSTOMER)
    done(restrict(slow, [asked], at=at)[0])  # not committed
    opened: list[LineKey] = []
    opening = Thread(target=lambda: opened.append(book.line(LIMIT, customer_id=line.customer_id)))
    opening.start()
    opening.join(0.7)
    assert opening.is_alive(), "the opening must wait for the restriction"
    slow.commit()
    opening.join(30)

    assert level(book, opened[0]) == 4
    assert book.write(broken) == []
