"""Over HTTP somebody consents, withdraws, asks what is held, corrects it, and is erased with the ledger intact."""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import psycopg
import pytest
from tests.api.conftest import Book, served
from tests.credit.applications.people import application
from tests.web.visitors import Visitor

from whiteslip.care.privacy import store
from whiteslip.flows.check_books import check_books
from whiteslip.flows.keep_accounts import make_accounts
from whiteslip.flows.sign_in import sign_in_as
from whiteslip.infra.accounts.model import Account, Kind, NewAccount, Role
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection
from whiteslip.infra.embedded import binaries
from whiteslip.infra.settings import load

NAME, CONTACT, REFERENCE = "韩梅梅密", "meimei-13900001111@example.com", "shop-ref-meimei-77"
ACCOUNT, HOLDER, MANDATE = "token-meimei-6222", "Mei Mei Han", "mandate-meimei-1"
SAID = "2026-01-01T00:00:00Z"


@pytest.fixture
def book(dsn: str, tmp_path: Path) -> Iterator[Book]:
    """A server with a database of its own: people are erased here."""
    with served(load(dsn=dsn, home=tmp_path, sandbox=True)) as running:
        yield running


def ok(answer: Any) -> Any:
    assert answer.status in {200, 201, 202}, answer.body
    return answer.body


def meimei(book: Book) -> str:
    """Somebody joins and tells how to reach them."""
    person = {"reference": REFERENCE, "display_name": NAME}
    who = str(ok(book.operator.post("/customers", person))["id"])
    ok(book.operator.post(f"/customers/{who}/corrections", {"contact": CONTACT}))
    return who


def book_desk(book: Book) -> Visitor:
    """Sit down at the desk of the book."""
    at = MachineClock().now()
    wanted = NewAccount(Kind.STAFF, f"book {token_hex(4)}", frozenset({Role.BOOK}))

    def enter(db: Connection) -> str:
        (made,) = make_accounts(db, [wanted], by="test", at=at)
        assert isinstance(made, Account)
        return sign_in_as(db, made.account_id, address="test", replacing=None, at=at).token

    return Visitor(book.url, book.database.write(enter))


def line_of(book: Book, who: str) -> str:
    body = {"customer_id": who, "fixed_limit_minor": 100_000, "statement_day": 5}
    return str(ok(book.operator.post("/lines", body))["id"])


def dump(book: Book) -> bytes:
    """The whole database as a script, as a backup would have it."""
    command = [str(binaries()["pg_dump"]), "--no-owner", "-d", book.database.dsn]
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout


def traces(script: bytes, *texts: str) -> list[str]:
    """Name the texts that a dump holds, plainly or as the hexadecimal of bytes."""
    return [
        text
        for text in texts
        if text.encode() in script or text.encode().hex().encode() in script.lower()
    ]


@contextmanager
def moved(book: Book, days: int) -> Generator[None]:
    """Pretend that the last movement of money was so many days ago."""
    book.database.write(
        lambda db: db.execute(
            b"UPDATE money.movement SET business_date = business_date - %s", (days,)
        )
    )
    yield
    book.database.write(
        lambda db: db.execute(
            b"UPDATE money.movement SET business_date = business_date + %s", (days,)
        )
    )


def test_consents_are_said_by_purpose_and_recipient(book: Book) -> None:
    who, app = meimei(book), book.caller("care:read", "care:write")

    def say(purpose: str, recipient: str, given: bool) -> Any:
        body = {"purpose": purpose, "recipient": recipient, "is_given": given, "said_at": SAID}
        return app.post(f"/customers/{who}/consents", body)

    assert not ok(say("marketing", "whiteslip", True))["restricts"]
    assert ok(say("service", "whiteslip", True))["state"] == "given"
    assert ok(say("service", "whiteslip", False))["restricts"], "the service needs it"
    assert say("service", "whiteslip", False).code == "conflict"
    assert say("social_network", "whiteslip", True).code == "invalid_input"

    stands = {one["purpose"]: one["state"] for one in consents(app, who)}
    assert stands == {
        "service": "withdrawn",
        "bureau_reporting": "none",
        "bureau_inquiry": "none",
        "automated_decision": "none",
        "partner_sharing": "none",
        "marketing": "given",
    }
    rows = book.database.read(
        lambda db: db.execute(
            b"SELECT purpose, is_given FROM care.consent ORDER BY consent_id"
        ).fetchall()
    )
    assert rows == [("marketing", True), ("service", True), ("service", False)], "nothing is lost"


def test_what_was_said_with_an_application_counts(book: Book) -> None:
    applied = ok(book.operator.post("/applications", application(datetime.now(UTC))))
    who = applied["customer_id"]

    stands = {one["purpose"]: one["state"] for one in consents(book.operator, who)}
    assert (stands["bureau_inquiry"], stands["automated_decision"]) == ("given", "given")

    now = datetime.now(UTC).isoformat()
    body = {"purpose": "automated_decision", "recipient": "whiteslip", "is_given": False}
    ok(book.operator.post(f"/customers/{who}/consents", body | {"said_at": now}))
    stands = {one["purpose"]: one["state"] for one in consents(book.operator, who)}
    assert stands["automated_decision"] == "withdrawn"


def consents(app: Any, who: str) -> list[dict[str, Any]]:
    return list(ok(app.get(f"/customers/{who}/consents"))["consents"])


def test_everything_held_is_handed_out_and_no_table_can_be_forgotten(book: Book) -> None:
    who = meimei(book)
    line_id = line_of(book, who)
    ok(book.buy(line_id, 5_000))

    held = ok(book.operator.get(f"/customers/{who}/export"))

    assert (held["name"], held["contact"], held["erased"]) == (NAME, CONTACT, False)
    assert {"credit.customer", "money.line", "money.purchase", "care.person"} <= set(held["tables"])
    assert held["tables"]["money.purchase"][0]["authorized_minor"] == 5_000
    assert held["left_out"] == ["care.data_key"]
    number = int(who.removeprefix("cus_"))
    assert all(row["customer_id"] == number for rows in held["tables"].values() for row in rows), (
        "nobody else's"
    )


def test_control_a_new_table_is_exported_from_the_day_it_is_made(book: Book) -> None:
    who = meimei(book)
    number = int(who.removeprefix("cus_"))
    book.database.write(
        lambda db: db.execute(
            b'CREATE TABLE risk."odd Table" (customer_id bigint PRIMARY KEY, note text)'
        )
    )
    book.database.write(
        lambda db: db.execute(b"INSERT INTO risk.\"odd Table\" VALUES (%s, 'seen')", (number,))
    )

    held = ok(book.operator.get(f"/customers/{who}/export"))

    assert held["tables"]["risk.odd Table"] == [{"customer_id": number, "note": "seen"}]


def test_own_data_are_corrected_and_a_bureau_has_twenty_days(book: Book) -> None:
    who = meimei(book)

    assert ok(book.operator.post(f"/customers/{who}/corrections", {"name": "韩美美"}))[
        "fields"
    ] == ["name"]
    assert ok(book.operator.get(f"/customers/{who}"))["display_name"] == "韩美美"
    assert book.operator.post(f"/customers/{who}/corrections", {}).code == "invalid_input"
    asked = ok(
        book.operator.post(f"/customers/{who}/bureau-corrections", {"subject": "late_payment"})
    )
    assert date.fromisoformat(asked["due_on"]) == date(2026, 1, 21)
    listed = ok(book.operator.get(f"/customers/{who}/bureau-corrections"))["requests"]
    assert listed == [asked]


def test_names_are_sealed_and_still_shown_and_found(book: Book) -> None:
    who = meimei(book)

    assert traces(dump(book), NAME, CONTACT) == []
    assert ok(book.operator.get(f"/customers/{who}"))["display_name"] == NAME
    desk = book_desk(book)
    assert NAME in desk.get(f"/desk/book/customers/{who}").text
    found = desk.get(f"/desk/book/customers?q={NAME}")
    assert who in found.text or who in found.headers["location"]


def test_nobody_is_erased_who_must_be_kept_and_they_are_told_why(book: Book) -> None:
    who = meimei(book)
    line_id = line_of(book, who)
    purchase_id = ok(book.buy(line_id, 5_000))["purchase_id"]

    def kept() -> list[str]:
        answer = ok(book.operator.post(f"/customers/{who}/erasure", {}))
        assert all(one["words"]["zh"] and one["words"]["en"] for one in answer["kept_for"])
        assert answer["done"] is (not answer["kept_for"])
        return [one["code"] for one in answer["kept_for"]]

    assert kept() == ["held", "retention"]
    ok(book.shop.post(f"/purchases/{purchase_id}/capture", {}))
    assert kept() == ["owes", "retention"]
    ok(book.operator.post("/repayments", {"line_id": line_id, "amount_minor": 6_000}))
    assert kept() == ["credit", "retention"]
    hold = ok(book.operator.post(f"/customers/{who}/legal-holds", {"basis": "Court order 7"}))
    assert kept() == ["credit", "legal_hold", "retention"]
    ok(book.operator.post(f"/legal-holds/{hold['hold_id']}/end", {}))
    assert book.operator.post(f"/legal-holds/{hold['hold_id']}/end", {}).code == "not_found"
    assert ok(book.operator.get(f"/customers/{who}"))["display_name"] == NAME


def test_once_erased_no_word_of_the_person_is_left_and_the_books_hold(book: Book) -> None:
    who = meimei(book)
    number = int(who.removeprefix("cus_"))
    line_id = line_of(book, who)
    purchase_id = ok(book.buy(line_id, 5_000))["purchase_id"]
    ok(book.shop.post(f"/purchases/{purchase_id}/capture", {}))
    ok(book.operator.post("/repayments", {"line_id": line_id, "amount_minor": 5_000}))
    ok(book.operator.post(f"/customers/{who}/budget", {"monthly_income_minor": 1, "income_day": 1}))
    card = {"kind": "card", "label": "•••• 6222", "account": ACCOUNT, "holder": HOLDER}
    given = {"mandate": MANDATE, "given_at": SAID}
    ok(book.operator.post(f"/lines/{line_id}/sources", card | given))
    assert traces(dump(book), ACCOUNT, HOLDER) == [ACCOUNT, HOLDER]
    before = book.database.read(lambda db: _wrapped(db, number))
    assert traces(dump(book), NAME, CONTACT, REFERENCE) == [REFERENCE], "the rest is sealed"

    with moved(book, store.terms().retention_days):
        assert ok(book.operator.post(f"/customers/{who}/erasure", {}))["done"]

    script = dump(book)
    assert traces(script, NAME, CONTACT, REFERENCE) == []
    assert traces(script, ACCOUNT, HOLDER, MANDATE) == [MANDATE], "what was allowed is kept"
    (source,) = ok(book.operator.get(f"/lines/{line_id}/sources"))["items"]
    assert (source["status"], source["stop_reason"]) == ("stopped", "erased")
    assert "6222" not in source["label"]
    assert before not in script
    assert before.hex().encode() not in script, "the key is gone, not only hidden"
    assert book.operator.post(f"/customers/{who}/erasure", {}).code == "conflict"
    assert book.operator.post(f"/customers/{who}/corrections", {"name": "x"}).code == "conflict"

    # The number goes on without a name, and every cent is where it was.
    assert "已删除" in ok(book.operator.get(f"/customers/{who}"))["display_name"]
    assert "已删除" in book_desk(book).get(f"/desk/book/customers/{who}").text
    held = ok(book.operator.get(f"/customers/{who}/export"))
    assert (held["name"], held["contact"], held["erased"]) == (None, None, True)
    assert {"money.purchase", "money.movement", "money.repayment"} <= set(held["tables"])
    assert "care.budget" not in held["tables"]
    assert book.database.read(check_books).clean


def test_control_a_word_left_in_any_table_is_found(book: Book) -> None:
    meimei(book)
    for plant in (b"text", b"bytea"):
        book.database.write(lambda db, kind=plant: _plant(db, kind))
        assert traces(dump(book), CONTACT) == [CONTACT]
        book.database.write(lambda db: db.execute(b"DROP TABLE care.leak"))
    assert traces(dump(book), CONTACT) == []


def test_an_applicant_is_erased_with_their_identity(book: Book) -> None:
    asked = application(datetime.now(UTC))
    applied = ok(book.operator.post("/applications", asked))
    who, application_id = applied["customer_id"], applied["application_id"]
    assert [
        one["code"] for one in ok(book.operator.post(f"/customers/{who}/erasure", {}))["kept_for"]
    ] == ["applying"]

    ok(book.operator.post(f"/applications/{application_id}/withdraw", {}))
    assert ok(book.operator.post(f"/customers/{who}/erasure", {}))["done"]

    identity = asked["identity"]
    last = identity["id_number"][-4:]
    rows = book.database.read(
        lambda db: db.execute(
            b"SELECT name, id_last4, birth_on, phone_hash FROM credit.application"
        ).fetchall()
    )
    assert rows == [("*", "****", date(1900, 1, 1), None)]
    assert traces(dump(book), identity["name"], identity["id_number"], f"\t{last}\t") == []


def _wrapped(db: psycopg.Connection[Any], number: int) -> bytes:
    row = db.execute(
        b"SELECT wrapped_key FROM care.data_key WHERE customer_id = %s", (number,)
    ).fetchone()
    assert row is not None
    return bytes(row[0])


def _plant(db: psycopg.Connection[Any], kind: bytes) -> None:
    db.execute(b"CREATE TABLE care.leak (told " + kind + b")")
    value = CONTACT if kind == b"text" else CONTACT.encode()
    db.execute(b"INSERT INTO care.leak VALUES (%s)", (value,))
