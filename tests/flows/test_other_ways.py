"""Every other way to pay that is offered is granted when it is taken at once: by a refusal and by the view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from tests.builders import Book, done, founded
from tests.money.offered import bearing, flat, text_with

from whiteslip.care.budgeting.model import CapKind, CapRequest
from whiteslip.decisioning.decisions import other_ways as ways
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.decisioning.rulebooks.store import publish
from whiteslip.flows.checkout import Authorized, Declined, PurchaseRequest, checkout
from whiteslip.flows.restrict import RestrictionRequest, Scope, restrict
from whiteslip.flows.set_caps import set_caps
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey
from whiteslip.money.products.store import publish as publish_product
from whiteslip.money.purchases.model import OtherWay, Way
from whiteslip.views.usability import Asked, usability

PEOPLE, ROUNDS = 30, 12
_TAKEN = frozenset({Way.SMALLER_AMOUNT, Way.PART_CREDIT, Way.PLAN, Way.PAY_LATER})


@pytest.fixture
def book(database: Database) -> Book:
    """A book with the shipped rules of checkout."""
    return founded(database)


def crowd(book: Book, random: Random) -> list[LineKey]:
    """People with lines of every level, some with plans stopped, some with caps of their own, some overdue."""
    shop, at = book.shop(), book.at
    lines = [book.line(random.choice([50_000, 300_000, 2_000_000])) for _ in range(PEOPLE)]
    for key in lines[::3]:
        book.buy(key, 30_000, at_shop=shop)
    for key in lines[1::4]:
        cap = CapRequest(key.customer_id, CapKind.PURCHASE, random.randint(2_000, 90_000), 0)
        book.write(lambda db, cap=cap: set_caps(db, [cap], at=at, actor="app"))
    book.close_until(book.today.replace(month=3, day=12))
    at = book.at
    asked = [
        RestrictionRequest(*key, random.randint(2, 4), ReasonCode.SEGMENT, "anna")
        for key in lines[::2]
    ]
    asked += [
        RestrictionRequest(*key, 4, ReasonCode.PARTNER_WITHDREW, "anna", Scope.PLANS)
        for key in lines[::5]
    ]
    for answer in book.write(lambda db: restrict(db, asked, at=at)):
        done(answer)
    return lines


def takes(db: Connection, book: Book, asked: PurchaseRequest, way: OtherWay) -> bool:
    """Take a way at once and give it back; tells whether it was granted."""
    taken = asked._replace(
        amount_minor=way.credit_minor,
        plan_months=way.plan_months,
        is_verified=asked.is_verified or way.needs_verification,
    )
    db.execute("SAVEPOINT taken")
    (answer,) = checkout(db, [taken], at=book.at)
    db.execute("ROLLBACK TO SAVEPOINT taken")
    return isinstance(answer, Authorized)


def false_offers(
    db: Connection, book: Book, lines: Sequence[LineKey], random: Random, offered: Counter[str]
) -> list[Any]:
    """Ask for much at random; returns what was offered and is not so."""
    wrong: list[Any] = []
    for key in lines:
        asked = PurchaseRequest(
            *key,
            1,
            random.choice([random.randint(1_000, 60_000), random.randint(60_000, 3_000_000)]),
            random.choice([0, 0, 3, 12]),
            "o",
            is_verified=random.random() < 0.5,
        )
        plain = Asked(asked.amount_minor, 1, asked.plan_months)
        seen = usability(db, key, plain, at=book.at)
        assert seen is not None
        bare = asked._replace(is_verified=False)
        wrong += _wrong(db, book, bare, seen.other_ways, offered)
        (answer,) = checkout_or_nothing(db, book, asked)
        if isinstance(answer, Declined):
            assert answer.other_ways[-1] == (Way.ANOTHER_METHOD, 0, asked.amount_minor, 0, False)
            wrong += _wrong(db, book, asked, answer.other_ways, offered)
    return wrong


def _wrong(
    db: Connection,
    book: Book,
    asked: PurchaseRequest,
    found: Sequence[OtherWay],
    offered: Counter[str],
) -> list[Any]:
    offered.update(way.way for way in found)
    for way in found:
        paid = way.credit_minor + way.other_minor
        assert paid == asked.amount_minor or way.way is Way.SMALLER_AMOUNT
    real = [way for way in found if way.way in _TAKEN]
    return [(asked, way) for way in real if not takes(db, book, asked, way)]


def checkout_or_nothing(db: Connection, book: Book, asked: PurchaseRequest) -> list[Any]:
    """Ask, and keep a refusal but not a hold, so that there is always something to refuse."""
    db.execute("SAVEPOINT asked")
    answers = checkout(db, [asked], at=book.at)
    if isinstance(answers[0], Authorized):
        db.execute("ROLLBACK TO SAVEPOINT asked")
    return answers


def test_every_way_that_is_offered_is_granted(book: Book) -> None:
    random = Random(16)
    lines = crowd(book, random)
    offered = Counter[str]()

    def ask(db: Connection) -> list[Any]:
        return [
            one for _ in range(ROUNDS) for one in false_offers(db, book, lines, random, offered)
        ]

    assert book.write(ask) == []
    assert set(offered) == set(Way) - {Way.PLAN}, offered  # the shipped book is never milder to one
    assert min(offered.values()) >= 5, offered


PLANS_ONLY = """
name = "checkout"
version = 1002
kind = "checkout"
description = "Much is to be paid in installments."
default = "clear"

[inputs]
amount = { type = "money" }
plan_months = { type = "int" }

[[rule]]
id = "much-in-a-plan"
when = "amount >= 40000 and plan_months < 6"
outcome = "restrict"
reasons = ["CAP-04"]
why = "What is due at once must be small."
"""


def test_a_plan_is_offered_where_it_passes_and_paying_later_does_not(book: Book) -> None:
    made, problems = read(PLANS_ONLY, file="checkout.toml")
    assert made is not None, problems
    at = book.at
    book.write(lambda db: publish(db, made, at=at))
    line, shop = book.line(100_000), book.shop()
    asked = PurchaseRequest(*line, shop, 50_000, 0, "o", is_verified=True)
    seen = book.write(lambda db: usability(db, line, Asked(150_000, shop), at=at))

    (answer,) = book.write(lambda db: checkout(db, [asked], at=at))

    assert isinstance(answer, Declined)
    plan, smaller, *_ = answer.other_ways
    assert plan == (Way.PLAN, 50_000, 0, 6, False)
    assert (smaller.way, smaller.plan_months) == (Way.SMALLER_AMOUNT, 0)
    assert 30_000 < smaller.credit_minor < 40_000
    assert book.write(lambda db: takes(db, book, asked, plan))
    assert seen is not None
    assert Way.PLAN not in {one.way for one in seen.other_ways}, "splitting makes no room"


def test_a_plan_that_costs_so_much_more_than_the_cap_today_is_not_offered(book: Book) -> None:
    made, problems = read(PLANS_ONLY, file="checkout.toml")
    assert made is not None, problems
    plans = flat(12, 10_000) + bearing(24, 180_000)
    text = text_with(plans, name="dear", numbers={"due_days": 1})
    at = book.at
    book.write(lambda db: publish(db, made, at=at))
    book.write(lambda db: publish_product(db, text))
    line, shop = book.line(100_000, product="dear", statement_day=2), book.shop()
    asked = PurchaseRequest(*line, shop, 50_000, 0, "o", is_verified=True)

    (answer,) = book.write(lambda db: checkout(db, [asked], at=at))

    assert isinstance(answer, Declined)
    (plan,) = (one for one in answer.other_ways if one.way is Way.PLAN)
    assert plan.plan_months == 24, "a month's fee, two days after the purchase, makes 12 too dear"
    assert book.write(lambda db: takes(db, book, asked, plan))


def test_control_an_offer_without_the_book_is_seen(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(16)
    lines = crowd(book, random)

    def unjudged(_cases: object, tries: Sequence[Sequence[Any]], _at: object) -> list[list[Any]]:
        return [list(some) for some in tries]

    monkeypatch.setattr(ways, "_passing", unjudged)

    def ask(db: Connection) -> list[Any]:
        return [
            one for _ in range(ROUNDS) for one in false_offers(db, book, lines, random, Counter())
        ]

    assert book.write(ask)


def test_a_way_is_offered_for_what_is_left_after_the_whole_batch(book: Book) -> None:
    book.grant_all()
    line, shop, at = book.line(100_000), book.shop(), book.at
    asked = [
        PurchaseRequest(*line, shop, amount, 0, "o", is_verified=True)
        for amount in (150_000, 60_000)
    ]

    first, second = book.write(lambda db: checkout(db, asked, at=at))

    assert isinstance(second, Authorized)
    assert isinstance(first, Declined)
    assert first.other_ways[:2] == (
        (Way.SMALLER_AMOUNT, 40_000, 0, 0, False),
        (Way.PART_CREDIT, 40_000, 110_000, 0, False),
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("least_minor = 1\nstep_minor = 1\n", "steps"),
        ("least_minor = 1\nstep_minor = 1\nsteps = 0\n", "steps"),
        ("least_minor = 1\nstep_minor = 1\nsteps = true\n", "steps"),
        ("least_minor = 1\nstep_minor = 1\nsteps = 1\nmore = 1\n", "more"),
        ("steps = ", "other-ways.toml"),
    ],
)
def test_a_wrong_parameter_is_named(text: str, where: str) -> None:
    from whiteslip.kernel.errors import InvalidInput

    with pytest.raises(InvalidInput) as raised:
        ways.read(text)

    assert raised.value.where == where
