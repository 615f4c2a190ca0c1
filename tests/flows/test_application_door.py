"""Who applies is looked up in the network: a phone of somebody known as bad is a fact, and no reason by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.builders import Book, done, founded
from tests.flows.test_application_states import decide, fail, request

from whiteslip.credit.bureau.model import ApplicationKey
from whiteslip.decisioning.decisions.rules import named_facts
from whiteslip.decisioning.decisions.store import read_decisions
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.flows.apply import apply
from whiteslip.infra.database import Database
from whiteslip.kernel.ids import OwnedId

PHONE = "a phone's hash"


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database)


def applied(book: Book, *, phone: str | None, requested_minor: int = 500_000) -> ApplicationKey:
    asked = request(book)._replace(phone_hash=phone, requested_minor=requested_minor)
    at = book.at
    taken = done(book.write(lambda db: apply(db, [asked], at=at))[0])
    return ApplicationKey(taken.customer_id, taken.application_id)


def make_bad(book: Book, customer_id: int) -> None:
    since = book.today - timedelta(days=95)
    book.write(
        lambda db: db.execute(
            "INSERT INTO money.arrears (customer_id, line_id, since_on, oldest_due_on, worst_days)"
            " VALUES (%s, 1, %s, %s, 95)",
            (customer_id, since, since),
        )
    )


def judged(book: Book, key: ApplicationKey) -> tuple[dict[str, object], set[str]]:
    """Let an application be decided, without an answer of the bureau; return its facts, and what fired."""
    book.write(lambda db: fail(db, book, key))
    book.write(lambda db: decide(db, book, key))
    owned = OwnedId(*key)
    kept = book.database.read(lambda db: read_decisions(db, [owned]))[owned]
    live = book.database.read(lambda db: rulebooks.live(db, "application"))
    fired = {rule.id for place, rule in enumerate(live.rules) if kept.fired >> place & 1}
    return dict(named_facts(kept, live)), fired


def test_a_phone_of_somebody_bad_is_met_on_the_same_day(book: Book) -> None:
    first = applied(book, phone=PHONE)
    make_bad(book, first.customer_id)

    facts, fired = judged(book, applied(book, phone=PHONE))

    assert (facts["links_to_bad"], facts["ring_score"]) == (1, 0)
    assert "linked-and-doubtful" not in fired


def test_the_same_phone_and_much_asked_for_without_proof_lies_before_a_person(book: Book) -> None:
    make_bad(book, applied(book, phone=PHONE).customer_id)

    _, linked = judged(book, applied(book, phone=PHONE, requested_minor=1_500_000))
    _, alone = judged(book, applied(book, phone="another", requested_minor=1_500_000))

    assert "linked-and-doubtful" in linked
    assert "linked-and-doubtful" not in alone


def test_who_told_nothing_is_not_looked_up(book: Book) -> None:
    facts, _ = judged(book, applied(book, phone=None))

    assert (facts["links_to_bad"], facts["ring_score"]) == (None, None)
