"""Purchases that wait for a person: laid before one once, ruled on once, never held beyond the room of a line."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from tests.builders import Book, done, founded

from whiteslip.api.acts import BY_OUTCOME
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.flows import review_cases
from whiteslip.flows.check_books import check_books
from whiteslip.flows.checkout import Authorized, Declined, PurchaseRequest, Referred, checkout
from whiteslip.flows.grant_purchases import (
    CaseRuling,
    Word,
    lapse_purchases,
    rule_on_purchases,
)
from whiteslip.flows.restrict import RestrictionRequest, restrict
from whiteslip.flows.review_cases import CaseRequest, Kind, NewCase, Ruling, SubjectType
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Database
from whiteslip.infra.outbox import Event
from whiteslip.kernel.calendar import ZONE, next_working_day
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey
from whiteslip.views.disclosures import DisclosureView, find
from whiteslip.worker.purchases import ReferralListener
from whiteslip.worker.reviews import ReviewClock

LOOK = """
name = "checkout"
version = 1003
kind = "checkout"
description = "Large purchases are for a person; who was not verified needs a second factor; odd sums look like fraud."
default = "clear"

[inputs]
amount = { type = "money" }
is_verified = { type = "bool" }

[[rule]]
id = "large"
when = "amount >= 50000"
outcome = "review"
reasons = ["EXT-04"]
why = "A person looks at it."

[[rule]]
id = "odd"
when = "amount = 77777"
outcome = "review"
reasons = ["FRD-04"]
why = "Sums like this one are seldom a purchase."

[[rule]]
id = "unverified"
when = "amount < 50000 and not is_verified"
outcome = "step_up"
reasons = ["BEH-01"]
why = "A second factor is enough."
"""
FRAUD_MINOR = 77_777


class World:
    """A book whose large purchases are for people, and short words for what becomes of them."""

    def __init__(self, database: Database) -> None:
        self.book: Book = founded(database)
        look, problems = read(LOOK, file="checkout.toml")
        assert look is not None, problems
        at = self.book.at
        database.write(lambda db: rulebooks.publish(db, look, at=at))
        self.shop = self.book.shop()
        self.database = database

    def ask(
        self,
        line: LineKey,
        amount_minor: int,
        order: str = "o",
        *,
        months: int = 0,
        ok: bool = True,
    ) -> Authorized | Declined | Referred:
        at = self.book.at
        asked = PurchaseRequest(*line, self.shop, amount_minor, months, order, is_verified=ok)
        return done(self.database.write(lambda db: checkout(db, [asked], at=at))[0])

    def refer(self, line: LineKey, amount_minor: int = 60_000, order: str = "o") -> int:
        asked = self.ask(line, amount_minor, order)
        assert isinstance(asked, Referred), asked
        assert asked.needs == "review"
        return asked.purchase_id

    def deliver(self) -> None:
        """Tell the listener of everything that was ever referred: it must not matter that it comes again."""
        at = self.book.at
        rows = self.rows(
            "SELECT customer_id, purchase_id FROM money.purchase WHERE status = 'referred'"
        )
        events = [
            Event(n, "money.purchase-referred", owner, number, at)
            for n, (owner, number) in enumerate(rows)
        ]
        ReferralListener(self.database, FixedClock(at))(events)

    def rows(self, query: str, *params: object) -> list[Any]:
        return self.database.read(lambda db: db.execute(query.encode(), params).fetchall())

    def cases(self) -> list[Any]:
        return self.rows("SELECT kind, state, pieces FROM risk.review_case ORDER BY case_id")

    def decide(
        self, kind: Kind, outcome: str, *, by: str = "Ann"
    ) -> review_cases.Case | WhiteslipError:
        """Take the case of a kind and decide it, as over the API: what goes wrong keeps nothing."""
        at = self.book.at
        ((customer_id, case_id),) = self.rows(
            "SELECT customer_id, case_id FROM risk.review_case"
            " WHERE kind = %s AND state IN ('open', 'taken')",
            kind,
        )
        taking = CaseRequest(customer_id, case_id, by)
        self.database.write(lambda db: review_cases.take(db, [taking], at=at))
        ruling = Ruling(customer_id, case_id, by, outcome, "I looked")
        try:
            return self.database.write(
                lambda db: review_cases.decide(db, [ruling], at=at, acts=BY_OUTCOME)
            )[0]
        except WhiteslipError as error:
            return error

    def status(self, number: int) -> str:
        ((status,),) = self.rows("SELECT status FROM money.purchase WHERE purchase_id = %s", number)
        return str(status)

    def held(self, line: LineKey) -> int:
        ((held,),) = self.rows("SELECT held_minor FROM money.line WHERE line_id = %s", line.line_id)
        return int(held)

    def told(self) -> list[str]:
        return [kind for (kind,) in self.rows("SELECT kind FROM care.notice ORDER BY notice_id")]

    def rulings(self) -> list[Any]:
        return self.rows(
            "SELECT purchase_id, word, actor FROM money.purchase_ruling ORDER BY purchase_id"
        )

    def lapse(self) -> int:
        return ReviewClock(self.database, FixedClock(self.book.at)).lapse()


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def problems(world: World) -> Sequence[str]:
    return world.database.read(check_books).problems


def test_a_plan_a_person_grants_is_the_one_that_was_confirmed(world: World) -> None:
    line = world.book.line(2_000_000)
    asked = world.ask(line, 60_000, months=3)
    assert isinstance(asked, Referred)
    confirmed_at = world.book.at

    def agreed() -> DisclosureView | None:
        return world.database.read(lambda db: find(db, line.customer_id, asked.purchase_id))

    waiting = agreed()
    world.deliver()
    world.book.close_day()
    world.decide(Kind.PURCHASE, "grant")
    granted = agreed()

    assert waiting is None, "nothing is agreed to before it is granted"
    assert granted is not None
    assert (granted.confirmed_at, granted.agreed.principal_minor) == (confirmed_at, 60_000)
    declined = world.ask(world.book.line(10_000), 40_000, "d", months=3)
    assert isinstance(declined, Declined)
    kept = world.rows("SELECT purchase_id FROM money.disclosure")
    assert [number for (number,) in kept] == [asked.purchase_id]
    world.book.capture(line.customer_id, asked.purchase_id)
    assert not problems(world)


def test_what_waits_for_a_person_lies_in_one_case_and_once(world: World) -> None:
    line = world.book.line()
    number = world.refer(line, order="a")
    verification = world.ask(line, 10_000, ok=False)
    assert isinstance(verification, Referred)
    assert verification.needs == "verification"

    world.deliver()
    world.deliver()
    assert world.cases() == [("purchase", "open", 1)]
    world.refer(line, 61_000, order="b")
    world.deliver()
    assert world.cases() == [("purchase", "open", 2)]

    ((due_at,),) = world.rows("SELECT due_at FROM risk.review_case")
    opens = datetime.combine(next_working_day(world.book.today), time(9), ZONE)
    assert due_at == opens + timedelta(hours=1), "New Year's Day is no working day"
    subjects = world.rows(
        "SELECT subject_type, subject_id FROM risk.review_evidence ORDER BY piece"
    )
    assert subjects[0] == ("purchase", number)


def test_a_grant_holds_tells_and_is_kept(world: World) -> None:
    line = world.book.line()
    number = world.refer(line)
    world.deliver()
    world.book.close_day()

    decided = done(world.decide(Kind.PURCHASE, "grant"))

    assert (decided.state, decided.label) == ("decided", "false_positive")
    assert (world.status(number), world.held(line)) == ("authorized", 60_000)
    assert world.rulings() == [(number, "granted", "ann")]
    assert world.told() == ["purchase_granted"]
    ((reasons, asked_on, expires_on),) = world.rows(
        "SELECT reasons, authorized_on, expires_on FROM money.purchase"
    )
    assert (reasons, asked_on) == (None, world.book.today - timedelta(days=1))
    assert expires_on == world.book.today + timedelta(days=7)
    topics = [one for (one,) in world.rows("SELECT topic FROM infra.outbox ORDER BY outbox_id")]
    assert topics.count("money.purchase-authorized") == 1
    assert problems(world) == []
    world.book.close_until(expires_on + timedelta(days=1))
    assert (world.status(number), world.held(line)) == ("expired", 0)
    assert problems(world) == []


STATUSES = ("authorized", "captured", "voided", "expired", "declined", "referred", "verification")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("word", [Word.GRANTED, Word.DECLINED])
def test_every_pair_of_a_status_and_a_ruling(world: World, status: str, word: Word) -> None:
    line = world.book.line(1_000_000)
    amount = 60_000 if status in {"declined", "referred"} else 20_000
    asked = world.ask(line, amount, ok=status != "verification")
    key = (line.customer_id, asked.purchase_id)
    if status not in {"referred", "verification", "authorized"}:
        legal = {"declined": "reasons = '[]'", "captured": "captured_minor = authorized_minor"}
        more = legal.get(status, "released_minor = authorized_minor")
        change = f"UPDATE money.purchase SET status = '{status}', {more}"
        world.database.write(lambda db: db.execute(change.encode()))
    before = world.status(asked.purchase_id)
    ruling = CaseRuling(key[0], 1, (key[1],), word, "Ann", "seen")

    (answer,) = world.database.write(lambda db: rule_on_purchases(db, [ruling], at=world.book.at))

    if status == "referred":
        assert not isinstance(answer, WhiteslipError)
        after = "authorized" if word is Word.GRANTED else "declined"
        assert world.status(asked.purchase_id) == after
    else:
        assert isinstance(answer, Conflict)
        assert (world.status(asked.purchase_id), world.rulings()) == (before, [])


def test_a_ruling_is_given_once_and_only_on_what_exists(world: World) -> None:
    line = world.book.line()
    number = world.refer(line)
    one = CaseRuling(line.customer_id, 1, (number,), Word.GRANTED, "Ann", "seen")
    other = one._replace(word=Word.DECLINED)
    none = one._replace(purchase_ids=(999_999,))

    answers = world.database.write(
        lambda db: rule_on_purchases(db, [one, other, one, none], at=world.book.at)
    )

    assert [type(answer) for answer in answers] == [tuple, Conflict, Conflict, NotFound]
    assert world.held(line) == 60_000
    assert world.database.write(lambda db: rule_on_purchases(db, [], at=world.book.at)) == []


def test_an_order_that_was_asked_for_twice_is_held_once(world: World) -> None:
    line = world.book.line()
    first, second = world.refer(line, order="sofa"), world.refer(line, order="sofa")
    world.deliver()

    done(world.decide(Kind.PURCHASE, "grant"))

    assert world.rulings() == [(first, "superseded", "ann"), (second, "granted", "ann")]
    assert (world.status(first), world.held(line)) == ("declined", 60_000)
    assert world.told() == ["purchase_granted"]


def test_an_order_that_was_bought_since_is_not_held_again(world: World) -> None:
    line = world.book.line()
    number = world.refer(line, order="sofa")
    world.deliver()
    world.book.grant_all()
    assert isinstance(world.ask(line, 60_000, "sofa"), Authorized)

    error = world.decide(Kind.PURCHASE, "grant")

    assert isinstance(error, Conflict)
    assert (world.status(number), world.held(line)) == ("referred", 60_000)


def test_what_lies_in_a_case_is_granted_as_a_whole_or_not_at_all(world: World) -> None:
    line = world.book.line(100_000)
    numbers = [world.refer(line, 60_000, order=order) for order in ("sofa", "lamp")]
    world.deliver()

    error = world.decide(Kind.PURCHASE, "grant")

    assert isinstance(error, Conflict)
    assert "400.00 is left" in str(error)
    assert ([world.status(one) for one in numbers], world.held(line)) == (["referred"] * 2, 0)
    assert (world.rulings(), world.told()) == ([], [])


def bar(world: World, what: str) -> None:
    world.database.write(lambda db: db.execute(what.encode()))


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("UPDATE money.merchant SET status = 'closed'", "the shop is closed"),
        ("UPDATE money.line SET status = 'closed'", "the line is closed"),
        ("UPDATE money.line SET credit_barred = true", "what was agreed on repaying"),
        ("UPDATE money.line SET plans_barred = true", "no new plans"),
        ("UPDATE money.line SET restriction_level = 4", "suspended"),
        ("UPDATE money.line SET restriction_level = 3", "500.00 is left"),
    ],
)
def test_what_stands_in_the_way_is_named_and_nothing_changes(
    world: World, what: str, why: str
) -> None:
    line = world.book.line(100_000)
    asked = world.ask(line, 60_000, months=3)
    world.deliver()
    bar(world, what)

    error = world.decide(Kind.PURCHASE, "grant")

    assert isinstance(error, Conflict)
    assert why in str(error)
    assert (world.status(asked.purchase_id), world.held(line)) == ("referred", 0)
    assert world.cases() == [("purchase", "taken", 1)]


def test_a_person_looks_instead_of_a_second_factor(world: World) -> None:
    line = world.book.line()
    number = world.refer(line)
    world.deliver()
    at = world.book.at
    asked = RestrictionRequest(*line, 2, ReasonCode.UNLIKE_HISTORY, "bo")
    done(world.database.write(lambda db: restrict(db, [asked], at=at))[0])

    done(world.decide(Kind.PURCHASE, "grant"))

    assert world.status(number) == "authorized"


def test_a_cap_the_customer_set_since_is_kept(world: World) -> None:
    line = world.book.line()
    number = world.refer(line)
    world.deliver()
    world.database.write(
        lambda db: db.execute(
            "INSERT INTO care.cap_change (customer_id, change_id, kind, amount_minor, wait_hours,"
            " effective_at, asked_at, actor)"
            " VALUES (%s, 1, 'purchase', 10000, 0, %s, %s, 'app')",
            (line.customer_id, world.book.at, world.book.at),
        )
    )

    error = world.decide(Kind.PURCHASE, "grant")

    assert isinstance(error, Conflict)
    assert "cap" in str(error)
    assert world.status(number) == "referred"


def fraud_case(world: World, line: LineKey) -> None:
    new = NewCase(line.customer_id, Kind.FRAUD, SubjectType.LINE, line.line_id, {}, "watch book")
    world.database.write(lambda db: review_cases.open_cases(db, [new], at=world.book.at))


def test_what_looks_like_fraud_lies_in_the_open_case_of_fraud(world: World) -> None:
    line = world.book.line()
    fraud_case(world, line)
    odd, plain = world.refer(line, FRAUD_MINOR), world.refer(line)
    world.deliver()
    world.deliver()
    assert world.cases() == [("fraud", "open", 2), ("purchase", "open", 1)]

    done(world.decide(Kind.FRAUD, "confirm"))

    assert (world.status(odd), world.status(plain)) == ("declined", "referred")
    assert (world.rulings(), world.told()) == ([(odd, "declined", "ann")], ["purchase_declined"])


def test_what_was_no_fraud_goes_on_to_who_grants_it(world: World) -> None:
    line = world.book.line()
    fraud_case(world, line)
    odd = world.refer(line, FRAUD_MINOR)
    world.deliver()

    done(world.decide(Kind.FRAUD, "dismiss"))

    assert world.cases() == [("fraud", "decided", 2), ("purchase", "open", 1)]
    world.deliver()
    assert world.cases()[1] == ("purchase", "open", 1)
    done(world.decide(Kind.PURCHASE, "grant"))
    assert world.status(odd) == "authorized"


def test_without_a_case_of_fraud_it_lies_in_its_own(world: World) -> None:
    world.refer(world.book.line(), FRAUD_MINOR)
    world.deliver()

    assert world.cases() == [("purchase", "open", 1)]


def test_what_nobody_decided_lapses_once_and_a_second_factor_never(world: World) -> None:
    line = world.book.line()
    old = world.refer(line, order="old")
    world.ask(line, 10_000, ok=False)
    world.deliver()
    world.book.close_until(world.book.today + timedelta(days=2))
    young = world.refer(line, order="young")
    world.deliver()
    assert world.lapse() == 0
    world.book.close_day()

    assert (world.lapse(), world.lapse()) == (1, 0)

    assert (world.status(old), world.status(young)) == ("declined", "referred")
    assert world.cases() == [("purchase", "open", 2)], "something else still waits in it"
    assert world.rulings() == [(old, "lapsed", "whiteslip")]
    assert world.told() == ["purchase_lapsed"]
    world.book.close_until(world.book.today + timedelta(days=2))
    assert world.lapse() == 1
    assert world.cases() == [("purchase", "withdrawn", 2)]
    assert problems(world) == []
    waits = world.rows("SELECT count(*) FROM money.purchase WHERE status = 'referred'")
    assert waits == [(1,)], "what a second factor is asked for stays as it is"


def test_the_clock_asks_once_a_day(world: World) -> None:
    clock = ReviewClock(world.database, FixedClock(world.book.at))
    world.refer(world.book.line())
    assert clock.lapse() == 0
    world.database.write(
        lambda db: db.execute("UPDATE money.purchase SET authorized_on = authorized_on - 3")
    )
    assert clock.lapse() == 0, "nothing new lapses on a day that was looked at"
    world.book.close_day()
    assert clock.lapse() == 1
    on = world.book.today
    looked = world.database.write(lambda db: lapse_purchases(db, most=9, at=world.book.at))
    assert looked == (on, 0)


def test_a_grant_and_checkouts_at_once_never_hold_more_than_the_limit(world: World) -> None:
    line = world.book.line(100_000)
    number = world.refer(line)
    ruling = CaseRuling(line.customer_id, 1, (number,), Word.GRANTED, "Ann", "seen")
    at = world.book.at

    def granting() -> str:
        (answer,) = world.database.write(lambda db: rule_on_purchases(db, [ruling], at=at))
        return "refused" if isinstance(answer, WhiteslipError) else "granted"

    def buying() -> str:
        return type(world.ask(line, 30_000)).__name__

    with ThreadPoolExecutor(4) as pool:
        work = (buying, granting, buying, granting, buying)
        answers = [future.result() for future in [pool.submit(one) for one in work]]

    bought, granted = answers.count("Authorized"), answers.count("granted")
    assert granted <= 1
    assert world.held(line) == bought * 30_000 + granted * 60_000 <= 100_000
    assert world.status(number) == ("authorized" if granted else "referred")
    assert problems(world) == []
