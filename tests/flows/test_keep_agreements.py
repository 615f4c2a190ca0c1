"""Owners hear of a new version once, in batches; what was not accepted binds nobody, and notices cite what does."""

from __future__ import annotations

import pytest
from tests.builders import Book, done, founded, only
from tests.credit.agreements.versions import replaced, version
from tests.flows.test_application_states import fail, request, taken_in

from whiteslip.care.notices.model import NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.credit.agreements import store
from whiteslip.credit.agreements.model import How
from whiteslip.credit.applications.model import Review
from whiteslip.flows.apply import apply
from whiteslip.flows.decide_applications import decide_applications, decide_review
from whiteslip.flows.keep_agreements import (
    BEGINNING,
    AcceptRequest,
    Told,
    accept,
    announce,
    publish,
)
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database)


def renew(book: Book, number: int, *, needs_acceptance: bool) -> None:
    text, at = version(number, needs_acceptance=needs_acceptance), book.at
    book.write(lambda db: publish(db, text, by="Ann", at=at))


def tell(book: Book, after: LineKey = BEGINNING, *, most: int = 100) -> Told:
    at = book.at
    return book.write(lambda db: announce(db, after=after, most=most, at=at))


def notices(book: Book, kind: str) -> list[tuple[int, str, str, int | None, int | None]]:
    return book.write(
        lambda db: db.execute(
            "SELECT line_id, text_zh, text_en, agreement_id, clause FROM care.notice"
            " WHERE kind = %s ORDER BY notice_id",
            (kind,),
        ).fetchall()
    )


def suspend(book: Book, key: LineKey) -> None:
    """Tell a line's owner of a suspension, as any journey does."""
    on, at = book.today, book.at
    number = book.write(lambda db: take_numbers(db, 1))[0]
    told = NewNotice(*key[:1], number, key.line_id, "suspended", (Reason(ReasonCode.TAKEOVER),), on)
    book.write(lambda db: insert_notices(db, [told], at=at))


def test_there_is_nothing_to_tell_of_a_first_version(book: Book) -> None:
    book.line()

    assert tell(book) == Told(0, None)


def test_everybody_is_told_once_batch_by_batch(book: Book) -> None:
    keys = [book.line() for _ in range(5)]
    renew(book, 2, needs_acceptance=False)
    newcomer = book.line()

    first = tell(book, most=2)
    second = tell(book, first.after or BEGINNING, most=2)
    third = tell(book, second.after or BEGINNING, most=2)

    assert (first, second, third) == (Told(2, keys[1]), Told(2, keys[3]), Told(1, None))
    assert tell(book) == Told(0, None)
    told = notices(book, "agreement_changing")
    assert [row[0] for row in told] == [key.line_id for key in keys]
    assert newcomer.line_id not in {row[0] for row in told}, "it was opened under version 2"
    assert "《信用赊购协议》新版本（第 2 版）自 2026-01-31 起适用" in told[0][1]
    assert "A new version (2) of the credit agreement applies to your line from 2026" in told[0][2]


def test_bad_news_cites_what_binds_the_line_on_its_day(book: Book) -> None:
    key = book.line()
    renew(book, 2, needs_acceptance=True)
    tell(book)
    suspend(book, key)
    renew(book, 3, needs_acceptance=False)
    tell(book)
    book.close_until(book.today.replace(month=3))
    suspend(book, key)
    at = book.at
    request = AcceptRequest(*key, 3, "app")
    done(book.write(lambda db: accept(db, [request], at=at))[0])
    suspend(book, key)

    assert len(notices(book, "agreement_offered")) == 2, "version 3 rests on one never accepted"
    assert notices(book, "agreement_changing") == []
    cited = [(row[1][-36:], row[3], row[4]) for row in notices(book, "suspended")]
    first, second, third = cited
    assert first == second
    assert first[2] == third[2] == 9
    assert first[1] != third[1]
    assert "（第 1 版）第 9 条" in notices(book, "suspended")[1][1]
    assert "（第 3 版）第 9 条" in notices(book, "suspended")[2][1]


def test_only_the_version_in_force_is_accepted_and_only_once(book: Book) -> None:
    key, at = book.line(), book.at
    renew(book, 2, needs_acceptance=True)

    def ask(number: int, owner: LineKey = key) -> object:
        request = AcceptRequest(*owner, number, "app")
        return only(book.write(lambda db: accept(db, [request], at=at)))

    old, absent = ask(1), ask(2, LineKey(9, 9))
    assert isinstance(old, InvalidInput)
    assert "version 2 is" in str(old)
    assert isinstance(absent, NotFound)
    twice = [AcceptRequest(*key, 2, "app"), AcceptRequest(*key, 2, "desk")]
    answers = book.write(lambda db: accept(db, twice, at=at))
    assert answers[0] == answers[1] == ask(2)
    said = book.write(lambda db: store.read_acceptances(db, [key]))[key]
    assert [one.actor for one in said] == ["the shop", "app"]
    events = book.write(
        lambda db: db.execute(
            "SELECT count(*) FROM infra.outbox WHERE topic = 'credit.agreement-accepted'"
        ).fetchone()
    )
    assert events == (1,)


def test_control_a_promise_the_policies_do_not_keep_is_not_published(book: Book) -> None:
    text = replaced(
        version(2, needs_acceptance=True), "appeal_days          = 15", "appeal_days = 5"
    )
    at = book.at

    with pytest.raises(Conflict, match="do not keep appeal_days"):
        book.write(lambda db: publish(db, text, by="Ann", at=at))


def test_a_notice_on_a_line_nobody_agreed_to_cites_nothing(book: Book) -> None:
    key = book.line()
    book.write(lambda db: db.execute("DELETE FROM credit.acceptance"))

    suspend(book, key)

    (row,) = notices(book, "suspended")
    assert row[3:] == (None, None)
    assert "依据" not in row[1]


def test_a_line_is_opened_under_what_its_application_was_shown(book: Book) -> None:
    at = book.at
    wrong = request(book)._replace(agreement_version=2)
    refused = only(book.write(lambda db: apply(db, [wrong], at=at)))
    assert isinstance(refused, InvalidInput)
    assert refused.where == "agreement_version"
    key = taken_in(book)
    book.write(lambda db: fail(db, book, key))
    book.write(lambda db: decide_applications(db, [key], at=at))
    renew(book, 2, needs_acceptance=True)

    review = Review(*key, "reviewer (caller 2)", 300_000)
    decided = done(book.write(lambda db: decide_review(db, [review], at=at))[0])

    assert decided.line_id is not None
    line = LineKey(key.customer_id, decided.line_id)
    (said,) = book.write(lambda db: store.read_acceptances(db, [line]))[line]
    assert (said.how, said.actor, said.accepted_at) == (How.APPLICATION, "shop (caller 1)", at)
    bound = book.write(lambda db: store.read_binding(db, [line], on=book.today))
    assert bound[line].version == 1, "version 2 was not what was shown"
    assert tell(book).lines == 1, "and of version 2 its owner is told"
