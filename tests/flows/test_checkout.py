"""What the checkout book does to a purchase, and that its facts are those the past gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from tests.builders import GRANT_ALL, Book, founded

from whiteslip.decisioning.decisions.model import Decision
from whiteslip.decisioning.decisions.rules import agrees, named_facts, rerun
from whiteslip.decisioning.decisions.store import read_decisions
from whiteslip.decisioning.habits import rules as habits
from whiteslip.decisioning.habits.facts import CheckoutFacts
from whiteslip.decisioning.habits.model import Asking, Habit
from whiteslip.decisioning.habits.store import compute_habits, terms
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.flows.checkout import (
    Authorized,
    Declined,
    PurchaseRequest,
    Referred,
    checkout,
)
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Unavailable, WhiteslipError
from whiteslip.kernel.ids import OwnedId
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey

HABIT_FACTS = (
    "requests_1h",
    "requests_24h",
    "asked_24h",
    "same_shop_24h",
    "purchases_before",
    "minutes_since_last",
    "hours_since_new_device",
    "usual_amount",
    "deviation",
    "pace_deviation",
    "hour_share",
    "resale_share",
    "largest_before",
    "device_is_known",
    "address_is_known",
    "merchant_is_known",
    "category_is_known",
)
Answer = Authorized | Declined | Referred | WhiteslipError


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database)


def ask(book: Book, requests: Sequence[PurchaseRequest], *, at: datetime) -> list[Answer]:
    """Check a batch out."""
    return list(book.write(lambda db: checkout(db, requests, at=at)))


def decisions(book: Book, answers: Sequence[Answer]) -> list[Decision]:
    """Read what was decided, in order."""
    ids = [
        OwnedId(one.customer_id, one.purchase_id)
        for one in answers
        if not isinstance(one, WhiteslipError)
    ]
    kept = book.database.read(lambda db: read_decisions(db, ids))
    return [kept[id_] for id_ in ids]


def test_a_large_first_purchase_needs_a_second_factor_and_then_goes_through(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    asked = PurchaseRequest(*line, shop, 900_000, 0, "o")

    (referred,) = ask(book, [asked], at=book.at)
    (granted,) = ask(book, [asked._replace(is_verified=True)], at=book.at)

    assert isinstance(referred, Referred)
    assert (referred.needs, referred.available_minor) == ("verification", 1_000_000)
    assert [reason.code for reason in referred.reasons] == [ReasonCode.FRAUD_SUSPECTED]
    assert isinstance(granted, Authorized)
    assert granted.available_minor == 100_000


def test_a_program_is_stopped_by_its_pace_within_one_batch(book: Book) -> None:
    line, shop = book.line(1_000_000), book.shop()
    asked = PurchaseRequest(*line, shop, 100, 0, "o")

    answers = ask(book, [asked] * 18, at=book.at)

    assert [type(one).__name__ for one in answers] == (
        ["Authorized"] * 5 + ["Referred"] * 10 + ["Declined"] * 3
    )


def test_without_a_book_nothing_is_granted(book: Book) -> None:
    line, shop = book.line(), book.shop()
    book.write(lambda db: db.execute("UPDATE decisioning.rule_book SET status = 'retired'"))

    with pytest.raises(Unavailable, match="no checkout rule book"):
        ask(book, [PurchaseRequest(*line, shop, 100, 0, "o")], at=book.at)

    assert book.write(lambda db: db.execute("SELECT count(*) FROM money.purchase").fetchone()) == (
        0,
    )


class Crowd:
    """Twins: each of two crowds asks for the same, one in batches, the other one by one."""

    def __init__(self, book: Book, *, seed: int) -> None:
        self.book, self.rng = book, np.random.default_rng(seed)
        self.shops = [book.shop(f"Shop {number}") for number in range(4)]
        self.left = [book.line(900_000) for _ in range(12)]
        self.right = [book.line(900_000) for _ in range(12)]
        self.at = book.at

    def wishes(self, size: int) -> list[tuple[int, Asking, bool]]:
        """Draw who wants what."""
        rng = self.rng
        return [
            (
                int(rng.integers(0, 12)),
                Asking(
                    int(np.exp(rng.normal(9, 1.5))) + 1,
                    self.shops[int(rng.integers(0, 4))],
                    int(rng.integers(0, 4)),
                    int(rng.integers(0, 3)),
                ),
                bool(rng.random() < 0.3),
            )
            for _ in range(size)
        ]

    def requests(
        self, lines: Sequence[LineKey], wishes: Sequence[tuple[int, Asking, bool]]
    ) -> list[PurchaseRequest]:
        """Say the wishes on some lines."""
        return [
            PurchaseRequest(
                *lines[who],
                asking.merchant_id,
                asking.amount_minor,
                0,
                "o",
                asking.device,
                asking.address,
                verified,
            )
            for who, asking, verified in wishes
        ]


def test_a_batch_decides_as_one_by_one(book: Book) -> None:
    crowd = Crowd(book, seed=8)
    seen: set[str] = set()
    for _ in range(25):
        crowd.at += timedelta(minutes=int(crowd.rng.integers(1, 500)))
        wishes = crowd.wishes(int(crowd.rng.integers(1, 40)))
        together = ask(book, crowd.requests(crowd.left, wishes), at=crowd.at)
        singly = [
            one
            for request in crowd.requests(crowd.right, wishes)
            for one in ask(book, [request], at=crowd.at)
        ]
        for mine, theirs in zip(decisions(book, together), decisions(book, singly), strict=True):
            assert (mine.outcome, mine.fired, mine.unknown) == (
                theirs.outcome,
                theirs.fired,
                theirs.unknown,
            )
            assert list(map(_rounded, mine.facts)) == list(map(_rounded, theirs.facts))
        assert [type(one) for one in together] == [type(one) for one in singly]
        seen |= {type(one).__name__ for one in together}

    assert seen == {"Authorized", "Referred", "Declined"}


def test_the_facts_of_a_decision_are_those_the_past_gives(book: Book) -> None:
    crowd = Crowd(book, seed=9)
    compared = 0
    for _ in range(40):
        crowd.at += timedelta(minutes=int(crowd.rng.integers(1, 900)))
        wishes = crowd.wishes(6)
        once = list({who: (who, asking, yes) for who, asking, yes in wishes}.values())
        answers = ask(book, crowd.requests(crowd.left, once), at=crowd.at)
        kept = decisions(book, answers)
        live = book.database.read(lambda db: rulebooks.live(db, "checkout"))
        past = _past(book, kept, at=crowd.at)
        for (_, asking, _), decision in zip(once, kept, strict=True):
            facts = named_facts(decision, live)
            expected = habits.facts_of(past.get(decision.customer_id), asking, terms(), at=crowd.at)
            usual = None if expected.usual_minor is None else round(expected.usual_minor)
            recomputed = expected._replace(usual_minor=usual)
            stored = [facts[name] for name in HABIT_FACTS]
            assert list(map(_rounded, stored)) == list(map(_rounded, recomputed))
            compared += 1

    assert compared > 150


def test_a_decision_run_again_agrees(book: Book) -> None:
    crowd = Crowd(book, seed=10)
    answers = ask(book, crowd.requests(crowd.left, crowd.wishes(60)), at=crowd.at)
    live = book.database.read(lambda db: rulebooks.live(db, "checkout"))
    kept = decisions(book, answers)

    assert len(kept) == 60
    assert all(agrees(one, rerun(one, live)) for one in kept)
    assert not any(agrees(one._replace(fired=one.fired ^ 1), rerun(one, live)) for one in kept)


def test_the_book_reads_nothing_that_checkout_does_not_tell(book: Book) -> None:
    live = book.database.read(lambda db: rulebooks.live(db, "checkout"))

    assert {source.name for source in live.inputs} == set(CheckoutFacts._fields)
    assert len(live.rules) == 46


def _past(book: Book, kept: Sequence[Decision], *, at: datetime) -> dict[int, Habit]:
    who = [one.customer_id for one in kept]
    return book.database.read(lambda db: compute_habits(db, who, at=at))


def _rounded(value: object) -> object:
    if isinstance(value, float) and not math.isnan(value):
        return float(f"{value:.9g}")
    return value


STRICTER = GRANT_ALL.replace("amount < 0", "amount >= 5000").replace("1001", "1002")


def test_a_challenger_judges_its_share_and_the_record_says_which(book: Book) -> None:
    book.grant_all()
    lines, shop = [book.line() for _ in range(40)], book.shop()
    run_beside(book, STRICTER, "challenger")
    wishes = [PurchaseRequest(*line, shop, 9_000, 0, "o") for line in lines]

    first = ask(book, wishes, at=book.at)
    again = ask(book, wishes, at=book.at + timedelta(days=2))

    judged = {
        kind: {one.book_version for one in decisions(book, first) if type_of(one, first) is kind}
        for kind in (Authorized, Referred)
    }
    assert judged == {Authorized: {1001}, Referred: {1002}}
    assert [type(one) for one in again] == [type(one) for one in first]


def test_a_shadow_is_counted_and_decides_nothing(book: Book) -> None:
    book.grant_all()
    lines, shop = [book.line() for _ in range(30)], book.shop()
    run_beside(book, STRICTER, "shadow")
    wishes = [
        PurchaseRequest(*line, shop, 9_000 if place % 3 else 900, 0, "o")
        for place, line in enumerate(lines)
    ]

    answers = ask(book, wishes, at=book.at)

    counted = book.write(
        lambda db: db.execute(
            "SELECT live_outcomes, shadow_outcomes, outcome_rows FROM decisioning.shadow_count"
        ).fetchall()
    )
    assert {type(one) for one in answers} == {Authorized}
    assert counted == [([0, 0], [0, 4], [10, 20])]


@pytest.mark.parametrize(
    ("age_days", "status", "kind"),
    [(35, "live", Declined), (36, "live", Authorized), (3, "retired", Authorized)],
)
def test_a_score_counts_while_it_is_fresh_and_its_model_live(
    book: Book, age_days: int, status: str, kind: type[Answer]
) -> None:
    line, shop = book.line(), book.shop()
    scored(book, line, probability=0.5, on=book.today - timedelta(days=age_days), status=status)

    (answer,) = ask(book, [PurchaseRequest(*line, shop, 30_000, 0, "o")], at=book.at)

    assert type(answer) is kind
    if isinstance(answer, Declined):
        assert [reason.code for reason in answer.reasons] == [ReasonCode.DEFAULT_LIKELY]


def test_without_a_score_a_large_purchase_is_referred_not_granted(book: Book) -> None:
    line, shop = book.line(9_000_000), book.shop()
    book.write(lambda db: db.execute("UPDATE money.line SET opened_on = opened_on - 61"))
    asked = PurchaseRequest(*line, shop, 2_500_000, 0, "o", is_verified=True)

    (unknown,) = ask(book, [asked], at=book.at)
    scored(book, line, probability=0.01, on=book.today, status="live")
    (known,) = ask(book, [asked], at=book.at)

    assert isinstance(unknown, Referred)
    assert [reason.code for reason in unknown.reasons] == [ReasonCode.DATA_MISSING]
    assert isinstance(known, Authorized)


def type_of(decision: Decision, answers: Sequence[Answer]) -> type[Answer]:
    """The kind of answer a decision came to."""
    (answer,) = (
        one
        for one in answers
        if not isinstance(one, WhiteslipError) and one.purchase_id == decision.decision_id
    )
    return type(answer)


def run_beside(book: Book, body: str, status: str) -> None:
    """Let a version run beside the live one, half of the customers if it is a challenger."""
    checksum = rulebooks.checksum_of(body)
    book.write(
        lambda db: db.execute(
            "INSERT INTO decisioning.rule_book (name, version, body, checksum, status, published_at,"
            " authors, share_ppm) VALUES ('checkout', 1002, %s, %s, %s, %s, '{ann}', %s)",
            (body, checksum, status, book.at, 500_000 if status == "challenger" else None),
        )
    )


def scored(book: Book, line: LineKey, *, probability: float, on: date, status: str) -> None:
    """Give a line a score by a model of this status."""
    book.write(
        lambda db: db.execute(
            "INSERT INTO decisioning.model VALUES ('behavior', 1, 'scorecard', '', '', %s,"
            " '2026-01-01', '{}', 'ann', now(), 'bob', now())",
            (status,),
        )
    )
    book.write(
        lambda db: db.execute(
            "INSERT INTO decisioning.score VALUES (%s, %s, 1, %s, %s, NULL, 'behavior')",
            (*line, on, probability),
        )
    )
