"""Over a thousand restricted people: doing exactly what the way back says restores, doing less does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random

import pytest
from tests.builders import Book, done, founded, noon
from tests.decisioning.features.storybook import CARD
from tests.decisioning.rulebooks.random_books import body_of, rule_of
from tests.flows.watched_worlds import Watched

from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.flows.capture import CaptureRequest, capture
from whiteslip.flows.checkout import Authorized, PurchaseRequest, checkout
from whiteslip.flows.open_lines import NewCustomer, NewLine, join, open_lines
from whiteslip.flows.repay import RepaymentRequest, repay
from whiteslip.infra.database import Connection, Database
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import read_lines
from whiteslip.risk.suspensions.model import RESTRICTING
from whiteslip.risk.suspensions.store import standing_on
from whiteslip.risk.watching import way_back as ways
from whiteslip.risk.watching.way_back import Does, Helps, WayBack, way_back
from whiteslip.views.usability import Asked, known_of, usability

PEOPLE = 1_250
INPUTS = {"days_past_due": "int", "utilization": "ratio", "late_days_12m": "int"}
RULES = (
    rule_of("days_past_due >= 12", "overdue", "restrict"),
    rule_of("days_past_due >= 25", "overdue-long", "suspend"),
    rule_of("utilization >= 0.8", "full", "restrict").replace("DLQ-01", "CAP-02"),
)


def watch_book(*rules: str) -> RuleBook:
    body = body_of(*rules, inputs=INPUTS).replace("name = 'test'", "name = 'watch'")
    book, problems = read(body.replace("version = 1", "version = 2"), file="watch.toml")
    assert book is not None, problems
    return book


def publish(book: Book, *rules: str) -> None:
    at = book.at
    book.write(lambda db: rulebooks.publish(db, watch_book(*rules), at=at))


def level(book: Book, key: LineKey) -> int:
    return book.write(lambda db: read_lines(db, [key]))[key].restriction_level


def back_of(db: Connection, key: LineKey) -> WayBack:
    return way_back(known_of(db, read_lines(db, [key])[key], standing_on(db, key)))


def crowd(book: Book, random: Random) -> list[LineKey]:
    """People who bought much, in every way, and paid some of it or nothing."""
    at, shop = book.at, book.shop()
    people = [NewCustomer(f"p{number}", "某", "zh") for number in range(PEOPLE)]
    ids = book.write(lambda db: join(db, people, at=at))
    limits = [random.choice([80_000, 150_000, 400_000]) for _ in ids]
    asked = [
        NewLine(who, limit, random.randint(1, 28)) for who, limit in zip(ids, limits, strict=True)
    ]
    opened = [done(one) for one in book.write(lambda db: open_lines(db, asked, at=at))]
    keys = [LineKey(one.customer_id, one.line_id) for one in opened]
    for number in range(3):
        requests = [
            PurchaseRequest(
                *key,
                shop,
                random.randint(10_000, limit // 3),
                random.choice([0, 0, 3, 6]),
                f"o{number}",
                is_verified=True,
            )
            for key, limit in zip(keys, limits, strict=True)
        ]
        on = book.at
        answers = book.write(lambda db, r=requests, on=on: checkout(db, r, at=on))
        taken = [
            CaptureRequest(one.customer_id, one.purchase_id, None, None, final=False)
            for one in answers
            if isinstance(one, Authorized)
        ]
        book.write(lambda db, taken=taken, on=on: capture(db, taken, at=on))
        book.close_until(book.today + timedelta(days=9))
    return keys


def pay(book: Book, amounts: Sequence[tuple[LineKey, int]]) -> None:
    at = book.at
    wanted = [RepaymentRequest(*key, amount, "wallet") for key, amount in amounts]
    for one in book.write(lambda db: repay(db, wanted, at=at)):
        done(one)


@pytest.mark.slow
def test_what_is_promised_to_a_thousand_people_comes_true(
    database: Database, record_property: Callable[[str, object], None]
) -> None:
    book = founded(database, on=date(2026, 1, 1))
    book.grant_all()
    publish(book, *RULES)
    random = Random(20261127)
    keys = crowd(book, random)
    book.close_until(date(2026, 3, 20))
    some = random.sample(keys, 300)
    pay(book, [(key, random.randint(1, 20_000)) for key in some])
    book.close_until(date(2026, 4, 2))

    restricted = [key for key in keys if level(book, key) >= RESTRICTING]
    told = {key: book.write(lambda db, key=key: back_of(db, key)) for key in restricted}
    kinds = Counter("+".join(step.does for step in one.steps) for one in told.values())
    record_property("restricted", f"{len(restricted)} with ways back {dict(kinds)}")
    assert len(restricted) >= 1_000
    assert all(one.is_proven and one.usable_on == book.today for one in told.values())
    amounts = {key: one.steps[0].amount_minor or 0 for key, one in told.items()}
    assert {step.does for one in told.values() for step in one.steps} == {Does.PAY}

    pay(book, [(key, amount - 1) for key, amount in amounts.items() if amount > 1])
    too_early = [key for key in restricted if level(book, key) < RESTRICTING]
    pay(book, [(key, 1) for key in amounts])
    still = [key for key in restricted if level(book, key) >= RESTRICTING]

    assert (too_early, still) == ([], [])


def test_control_a_way_back_that_asks_one_fen_too_little_does_not_restore(
    database: Database,
) -> None:
    book = founded(database, on=date(2026, 1, 1))
    publish(book, *RULES)
    line = book.line(100_000)
    book.buy(line, 60_000, at_shop=book.shop())
    book.close_until(date(2026, 3, 1))
    amount = book.write(lambda db: back_of(db, line)).steps[0].amount_minor
    assert amount is not None
    assert amount > 1

    book.pay(line, amount - 1)
    assert level(book, line) >= RESTRICTING
    book.pay(line, 1)

    assert level(book, line) == 0


def test_where_only_time_helps_the_day_is_named_and_comes_true(database: Database) -> None:
    book = founded(database, on=date(2026, 1, 1))
    publish(book, rule_of("late_days_12m >= 10", "often", "restrict").replace("DLQ-01", "DLQ-02"))
    line = book.line(100_000, statement_day=5)
    book.buy(line, 20_000, at_shop=book.shop())
    book.close_until(date(2026, 2, 17))
    assert level(book, line) >= RESTRICTING

    back = book.write(lambda db: back_of(db, line))
    assert [step.does for step in back.steps] == [Does.PAY, Does.WAIT]
    amount, until = back.steps[0].amount_minor, back.usable_on
    assert amount is not None
    assert until is not None
    book.pay(line, 100_000)
    book.close_until(until - timedelta(days=1))
    assert level(book, line) >= RESTRICTING
    book.close_day()

    assert (book.today, level(book, line)) == (until, 0)


def test_a_fact_whose_change_is_not_known_promises_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = founded(database, on=date(2026, 1, 1))
    publish(book, *RULES)
    line = book.line(100_000)
    book.buy(line, 60_000, at_shop=book.shop())
    book.close_until(date(2026, 3, 1))
    full = ways.facts_after

    def without(known: ways.Known, paid_minor: int, *, on: date) -> dict[str, object]:
        return {**full(known, paid_minor, on=on), "days_past_due": None}

    monkeypatch.setattr(ways, "facts_after", without)
    back = book.write(lambda db: back_of(db, line))

    assert not back.is_proven
    assert [step.does for step in back.steps] == [Does.ASK]


def test_one_answer_goes_over_every_gate(database: Database) -> None:
    book = founded(database, on=date(2026, 1, 1))
    book.grant_all()
    line, shop = book.line(100_000), book.shop()
    book.buy(line, 60_000, at_shop=shop)
    at = book.at

    free = book.write(lambda db: usability(db, line, Asked(30_000, shop), at=at))
    dear = book.write(lambda db: usability(db, line, Asked(70_000), at=at))
    nobody = book.write(lambda db: usability(db, LineKey(99, 99), Asked(1), at=at))

    assert nobody is None
    assert free is not None
    assert free.can_buy
    assert dear is not None
    assert [gate.gate for gate in dear.gates if not gate.is_open] == ["limit"]
    assert [(one.way, one.credit_minor, one.other_minor) for one in dear.other_ways] == [
        ("smaller_amount", 40_000, 0),
        ("part_credit", 40_000, 30_000),
        ("another_method", 0, 70_000),
    ]
    assert dear.way_back.steps == (ways.WayStep(Does.PAY, amount_minor=30_000),)
    at = noon(book.today)
    asked = PurchaseRequest(*line, shop, 70_000, 0, "o", is_verified=True)
    book.pay(line, 29_999)
    (refused,) = book.write(lambda db: checkout(db, [asked], at=at))
    assert not isinstance(refused, Authorized)
    book.pay(line, 1)
    (granted,) = book.write(lambda db: checkout(db, [asked], at=at))

    assert isinstance(granted, Authorized)


def shipped(database: Database) -> Watched:
    book = Watched.founded(database)
    book.grant_all()
    return book


def test_failed_debits_are_paid_to_the_last_fen_and_a_new_source_is_advised(
    database: Database,
) -> None:
    book = shipped(database)
    line = book.line(100_000)
    book.buy(line, 60_000, at_shop=book.shop())
    book.close_until(date(2026, 1, 10))
    book.fail(line, 2, amount_minor=8_000)
    book.pay(line, 500)
    book.fail(line, amount_minor=7_000)
    book.settle()
    assert level(book, line) >= RESTRICTING

    back = book.write(lambda db: back_of(db, line))

    assert back.steps == (ways.WayStep(Does.PAY, amount_minor=7_500),)
    assert (back.is_proven, back.advised) == (True, (Helps.NEW_SOURCE,))
    book.pay(line, 7_499)
    assert book.standing(line)["failed-debits"][0] == "active"
    book.pay(line, 1)
    assert book.standing(line)["failed-debits"][:2] == ("probation", 3)


def test_a_broken_agreement_is_paid_or_another_is_advised(database: Database) -> None:
    book = shipped(database)
    line = book.line(100_000)
    book.buy(line, 60_000, at_shop=book.shop())
    book.close_until(date(2026, 2, 8))
    book.promise(line, 2_000, days=2)
    book.close_until(date(2026, 2, 15))
    assert "relief-broken" in book.standing(line)

    back = book.write(lambda db: back_of(db, line))

    amount = back.steps[0].amount_minor
    assert [step.does for step in back.steps] == [Does.PAY]
    assert (back.is_proven, back.advised) == (True, (Helps.RENEGOTIATE,))
    assert amount is not None
    book.pay(line, amount - 1)
    assert level(book, line) >= RESTRICTING
    book.pay(line, 1)
    assert level(book, line) == 0


@pytest.mark.parametrize("against", ["score", "news"])
def test_what_no_payment_changes_is_for_a_person_to_look_at(
    database: Database, against: str
) -> None:
    book = shipped(database)
    line = book.line(100_000)
    book.buy(line, 60_000, at_shop=book.shop())
    if against == "score":
        book.release(CARD)
        book.score(line, 0.5)
    else:
        book.tell(line, bureau_arrears_months=4)
    book.close_day()
    assert level(book, line) >= RESTRICTING

    back = book.write(lambda db: back_of(db, line))

    assert [step.does for step in back.steps] == [Does.ASK]
    assert not back.is_proven
    book.pay(line, 60_000)
    assert level(book, line) >= RESTRICTING, "a promise to restore it would have been false"


def test_what_is_known_and_harmless_does_not_spoil_a_payment(database: Database) -> None:
    book = shipped(database)
    line = book.line(100_000)
    book.buy(line, 60_000, at_shop=book.shop())
    book.release(CARD)
    book.close_until(date(2026, 2, 20))
    book.score(line, 0.3)
    book.tell(line, bureau_arrears_months=1)
    book.fail(line, 2)
    book.settle()
    book.close_day()
    assert level(book, line) >= RESTRICTING

    back = book.write(lambda db: back_of(db, line))

    assert [step.does for step in back.steps] == [Does.PAY]
    assert back.is_proven
    assert back.advised == ()
    book.pay(line, back.steps[0].amount_minor or 0)
    assert level(book, line) < RESTRICTING
